// Takes the pictures of the gallery. They are for reviewers and are not committed.
import config from './playwright.config.js';

export default { ...config, testMatch: 'gallery.js', timeout: 1_200_000 };
