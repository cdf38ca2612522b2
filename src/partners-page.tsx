// The documentation for partners: the widget on a page of the deployment itself.
import { render } from 'preact';
import { assert } from './core/errors.ts';
import { createFrom } from './embed/create.ts';
import { firstLanguage, keepLanguage, type TextStore } from './state/language.ts';
import { Partners } from './ui/partners/partners-app.tsx';
import './ui/styles/tokens.css';
import './ui/styles/controls.css';
import './ui/styles/partners.css';

function store(): TextStore | null {
  try {
    return localStorage; // in some frames even the name throws
  } catch {
    return null;
  }
}

const site = new URL('./', location.href).href;
const root = document.getElementById('app');
assert(root, 'the page has no place for the documentation');
render(
  <Partners
    create={createFrom(`${site}embed.html`)}
    first={firstLanguage(navigator.languages, store())}
    onLanguage={(language) => keepLanguage(language, store())}
    site={site}
  />,
  root,
);
