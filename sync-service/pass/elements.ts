/** An element with attributes and nothing in it. */
export function element(name: string, attributes: Readonly<Record<string, string>>): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export function heading(text: string): HTMLElement {
  const made = element('h1', {});
  made.textContent = text;
  return made;
}

export function paragraph(text: string, kind = 'note'): HTMLElement {
  const made = element('p', { class: kind });
  made.textContent = text;
  return made;
}

/** Read out as soon as it is there. */
export function alert(text: string, testId: string): HTMLElement {
  const made = element('p', { class: 'problem', role: 'alert', 'data-testid': testId });
  made.textContent = text;
  return made;
}

export function button(text: string, testId: string, press: () => void, kind = 'main'): HTMLElement {
  const made = element('button', { type: 'button', class: kind, 'data-testid': testId });
  made.textContent = text;
  made.addEventListener('click', press);
  return made;
}
