"""Somebody in front of the emulator's pages, without a browser's looks."""

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

#: What a person enters, and which button they press, by what a page offers.
ANSWERS = {"username": "alice@contoso.onmicrosoft.com", "password": "alice"}
AGREEING = ["sign_in", "use_account", "confirm", "approve", "accept"]


class Form(HTMLParser):
    """The one form of a page."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.buttons = None, {}, []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.action = attributes["action"]
        elif tag == "input":
            self.fields[attributes["name"]] = attributes.get("value") or ""
        elif tag == "button" and attributes.get("name") == "do":
            self.buttons.append(attributes["value"])

    def answers(self):
        """The fields as a person fills them in."""
        return {name: ANSWERS.get(name, value) for name, value in self.fields.items()}


class Person:
    def __init__(self, emulator):
        self.browser = emulator.session()
        self.origin = emulator.origin

    def sign_in(self, url):
        """Follows a sign-in to its end; gives the parameters that the application gets."""
        return self.answer_pages(self.browser.get(url, allow_redirects=False))

    def enter_code(self, url, code):
        """Approves a device; gives the last page."""
        page = self.browser.get(url)
        form = Form(page.text)
        url = urljoin(page.url, form.action)
        self.last_page = None
        self.answer_pages(self.browser.post(url, {"user_code": code}, allow_redirects=False))
        return self.last_page

    def answer_pages(self, response):
        for _ in range(8):
            if "location" in response.headers:
                url = urljoin(response.url, response.headers["location"])
                if not url.startswith(self.origin):
                    parts = urlsplit(url)
                    return dict(parse_qsl(parts.query or parts.fragment))
                response = self.browser.get(url, allow_redirects=False)
                continue
            form = Form(response.text)
            if form.action is None:
                self.last_page = response.text
                return None
            url = urljoin(response.url, form.action)
            if not url.startswith(self.origin):
                return form.fields
            button = next(choice for choice in AGREEING if choice in form.buttons)
            response = self.browser.post(url, form.answers() | {"do": button}, allow_redirects=False)
        raise AssertionError(f"the pages do not end: {response.text}")

    def close(self):
        self.browser.close()
