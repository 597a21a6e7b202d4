"""Alice at a browser: `browser.py ADDRESS` signs her in, clicking through whatever pages come, as `BROWSER` for a test."""

import http.cookiejar
import sys
import urllib.parse
import urllib.request

from person import AGREEING, Form


def main():
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    answer = browser.open(sys.argv[1])
    # Fewer pages than a sign-in with consent has would be too few; many more are a circle.
    for _ in range(8):
        form = Form(answer.read().decode())
        if form.action is None:
            return
        fields = form.answers()
        # The page that brings the answer back sends itself.
        buttons = [choice for choice in AGREEING if choice in form.buttons]
        if buttons:
            fields["do"] = buttons[0]
        address = urllib.parse.urljoin(answer.geturl(), form.action)
        answer = browser.open(address, urllib.parse.urlencode(fields).encode())
    sys.exit("the pages lead in a circle")


main()
