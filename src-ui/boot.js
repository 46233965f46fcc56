// Starts the program with its words. A file of its own, because the content policy allows no script inside the page.
import init, { start } from './app.js';

const words = fetch('./words/zh.json').then(file => file.text());
await init({ module_or_path: './app_bg.wasm' });
start(await words);
