// Somebody in front of a server's pages, without a browser's looks.

/** What a person enters, by the name of the field. */
const ENTERED = { username: 'alice@contoso.onmicrosoft.com', login: 'alice', password: 'alice' };

/** The buttons that a person who agrees presses. */
const AGREEING = ['sign_in', 'use_account', 'confirm', 'approve', 'accept'];

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const text = (html) => html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITIES[name]);

/** The attributes of every tag with this name. */
function tags(page, name) {
  return [...page.matchAll(new RegExp(`<${name}\\b([^>]*)>`, 'g'))].map(([, attributes]) =>
    Object.fromEntries(
      [...attributes.matchAll(/([\w-]+)=(?:"([^"]*)"|([^\s"]+))/g)].map(([, key, quoted, bare]) => [key, text(quoted ?? bare)]),
    ),
  );
}

/** The one form of a page: where it leads, and its fields as a person who agrees leaves them. */
function filledIn(page, base, entered) {
  const [form] = tags(page, 'form');
  if (!form) return undefined;
  const fields = Object.fromEntries(tags(page, 'input').map(({ name, value }) => [name, entered[name] ?? value ?? '']));
  const button = tags(page, 'button').find(({ name, value }) => name === 'do' && AGREEING.includes(value));
  if (button) fields.do = button.value;
  return { action: new URL(form.action ?? base, base).href, fields };
}

export class Person {
  #cookies = new Map();

  /** Follows a sign-in to its end; gives the address of the application and the parameters that it gets. */
  async signIn(url) {
    const { origin } = new URL(url);
    return this.#answerPages(await this.#request(url), origin, ENTERED);
  }

  /** Approves a device; gives the last page. */
  async enterCode(url, code) {
    const { origin } = new URL(url);
    return this.#answerPages(await this.#request(url), origin, { ...ENTERED, user_code: code });
  }

  async #answerPages(first, origin, entered) {
    let response = first;
    for (let step = 0; step < 12; step += 1) {
      const location = response.headers.get('location');
      if (location) {
        const url = new URL(location, response.url);
        if (url.origin !== origin) return { address: `${url.origin}${url.pathname}`, answer: Object.fromEntries(url.searchParams) };
        response = await this.#request(url);
        continue;
      }
      const page = await response.text();
      const form = filledIn(page, response.url, entered);
      if (!form) return { page };
      if (new URL(form.action).origin !== origin) return { address: form.action, answer: form.fields };
      response = await this.#request(form.action, form.fields);
    }
    throw new Error(`the pages do not end at ${response.url}`);
  }

  async #request(url, fields) {
    const response = await fetch(url, {
      method: fields ? 'POST' : 'GET',
      body: fields && new URLSearchParams(fields),
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      this.#cookies.set(name, value);
    }
    return response;
  }
}
