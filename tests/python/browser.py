"""Alice at a browser: `browser.py ADDRESS` signs her in, clicking through whatever pages come, as `BROWSER` for a test."""

import http.cookiejar
import sys
import urllib.parse
import urllib.request
from html.parser import HTMLParser

ANSWERS = {"username": "alice@contoso.onmicrosoft.com", "password": "alice"}


class Form(HTMLParser):
    """The page's form: where it goes, its fields, and the first button."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.fields = {}
        self.has_button = False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name, value = attributes.get("name"), attributes.get("value") or ""
        if tag == "form":
            self.action = attributes["action"]
        elif tag == "input" and name:
            self.fields[name] = ANSWERS.get(name, value)
        elif tag == "button" and not self.has_button:
            self.has_button = True
            if name:
                self.fields[name] = value


def main():
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    answer = browser.open(sys.argv[1])
    # Fewer pages than a sign-in with consent has would be too few; many more are a circle.
    for _ in range(8):
        form = Form(answer.read().decode())
        if form.action is None:
            return
        address = urllib.parse.urljoin(answer.geturl(), form.action)
        answer = browser.open(address, urllib.parse.urlencode(form.fields).encode())
    sys.exit("the pages lead in a circle")


main()
