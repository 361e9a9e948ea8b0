/** Shown by Electron itself while the edge is away. No personal data, no outside resource; true in any case. */
export function oneMomentPage(): string {
  const html = `<!doctype html><html lang="fr"><meta charset="utf-8"><title>Portillon</title>
<style>
html{height:100%;background:#0C1B5E;color:#fff;font:44px/1.35 sans-serif}
body{margin:0;min-height:100%;display:grid;align-content:center;gap:72px;padding:0 66px;box-sizing:border-box}
h1{font-size:64px;margin:0 0 12px}p{margin:0 0 12px}
i{display:inline-block;width:50px;height:300px;border-radius:25px;background:#CDEB45;margin-right:50px}i+i{background:#fff}
</style>
<div><i></i><i></i></div>
<section lang="fr"><h1>Un instant</h1><p>L’écran reprend contact avec la borne. Il le fait tout seul.</p><p>Si vous étiez en train de payer, ne payez pas une deuxième fois.</p></section>
<section lang="en"><h1>One moment</h1><p>The screen is getting back in touch with the kiosk. It does this by itself.</p><p>If you were paying, do not pay again.</p></section>
</html>`;
  return `data:text/html;charset=utf-8,${encodeURIComponent(html)}`;
}
