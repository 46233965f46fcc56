// Starts the program with its words. A file of its own, because the content policy allows no script inside the page.
// Whatever is missing, somebody reads what to do: that stands in the page itself.
try {
  const words = fetch('./words/zh.json').then(file => file.text());
  const { default: init, start } = await import('./app.js');
  await init({ module_or_path: './app_bg.wasm' });
  if (!start(await words)) throw new Error('no words');
} catch (why) {
  document.getElementById('stuck').hidden = false;
  throw why;
}
