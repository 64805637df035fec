// Makes the gallery: pictures of every page, which are for people and not kept.
import config from './playwright.config.js';

export default { ...config, testMatch: 'gallery.js', timeout: 1_200_000 };
