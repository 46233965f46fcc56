// Starts the program. A file of its own, because the content policy allows no script inside the page.
import init from './app.js';

await init({ module_or_path: './app_bg.wasm' });
