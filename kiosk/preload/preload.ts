/** The page's window; this project has no types of the browser here, and needs no more than this. */
declare const window: {
  addEventListener(type: string, listener: (event: { preventDefault(): void }) => void): void;
};

/**
 * The screen needs nothing of Electron: it speaks to the edge over its WebSocket, the same as in a browser. So nothing
 * is exposed to the page; this only keeps away the gestures that would take a visitor off the screen.
 */
for (const gesture of ['contextmenu', 'dragover', 'drop']) {
  window.addEventListener(gesture, (event) => event.preventDefault());
}
