"""The page in a real browser: Chromium, by HOKCTL_TEST_CHROMIUM or as `chromium` on PATH."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from hokctl.domain.units import ModelId
from hokctl.monitor.web.sights import Sight
from tests.cli.test_monitor_serve import monitor
from tests.watched import many_models, observed, observed_model, serving, showing, warned
from tests.world import BACKEND, TOGETHER, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

pytestmark = pytest.mark.integration

CHROMIUM = os.environ.get("HOKCTL_TEST_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE_MS = 20_000
PHONE = (360, 740)
DESK = (1_280, 800)
HOSTILE = '<img src=x onerror="document.title=1">"\'&<script>document.title=2</script>'
LONG = "a-model-with-a-name-that-has-no-place-to-break-" * 3
CONTRASTS = """() => {
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.body.querySelectorAll("*")) {
    const text = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!text || element.hidden || element.closest("[hidden]")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(parse(style.color).slice(0, 3)), luminance(behind(element))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push([element.className, element.textContent.slice(0, 30), style.color]);
  }
  return poor;
}"""


@dataclass
class Watch:
    """A page, with everything that it asked for and complained about."""

    page: "Page"
    urls: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def text(self, selector: str = "main") -> str:
        """Return the visible text."""
        return self.page.inner_text(selector)

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return width


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Start Chromium once."""
    api = pytest.importorskip("playwright.sync_api")
    if shutil.which(CHROMIUM) is None:
        pytest.skip("there is no Chromium")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def opened(
    browser: "Browser", url: str, *, size: tuple[int, int] = DESK, dark: bool = False, scripts: bool = True
) -> Iterator[Watch]:
    """Open the page, and expect afterwards that it stayed within its own origin and had nothing to complain about."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    watch = Watch(context.new_page())

    def asked(request: "Request") -> None:
        watch.urls.append(request.url)

    def told(message: "ConsoleMessage") -> None:
        watch.complaints.append(message.text)

    watch.page.on("request", asked)
    watch.page.on("console", told)
    watch.page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    watch.page.goto(url + "/")
    yield watch
    context.close()
    assert {address for address in watch.urls if not address.startswith(url + "/")} == set()
    assert watch.complaints == []


def test_it_shows_the_figures_and_follows_the_chain(browser: "Browser", world: World) -> None:
    config = world.directory / "hokctl.toml"
    burns = '\n[models."21"]\ndaily_burn = "25"\n[models."22"]\ndaily_burn = "100"\n'
    config.write_text(config.read_text(encoding="utf-8") + burns, encoding="utf-8")
    with monitor(world.directory, "--interval", "1") as served:
        served.until("/healthz", 200)
        with opened(browser, served.line.removeprefix("listening on ").strip()) as watch:
            text = watch.text()
            assert "1,150.00 USDC" in text
            for part in ("800.00 USDC", "32 days", "80% costs", "20% profit", "together", TOGETHER, "low-runway"):
                assert part in text
            assert "no-provider" in watch.text(".alerts")
            assert "unknown" in watch.text("tbody tr:nth-child(3)")
            assert "none" in watch.text("tbody tr:nth-child(3) .provider")
            assert f"Block {world.chain.at().block.number}" in text
            assert "s ago" in text
            router = world.deployment.suite.router
            world.send(router.deposit_fee(ModelId("21"), 12_500_000, purpose="deposit"), BACKEND)
            watch.page.wait_for_selector("tbody >> text=810.00", timeout=PATIENCE_MS)
            assert "1,160.00 USDC" in watch.text()


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_names_that_would_be_markup_are_text_and_nothing_is_too_wide(browser: "Browser", size: tuple[int, int]) -> None:
    models = [
        observed_model(HOSTILE, accrued="123456789012345678901234567890.123456", burn="1"),
        observed_model(LONG, accrued="1", burn="1"),
        observed_model("21", accrued="9", paid="3", burn="2"),
    ]
    alerts = [warned(subject=HOSTILE, message=HOSTILE, severity=one) for one in ("critical", "high", "medium", "low")]
    sight = Sight(observation=observed(models, balance="2", paused=True), alerts=alerts, names={TOGETHER: HOSTILE})
    with serving(lambda: sight) as served:
        served.until("/healthz", lambda answer: answer.status == 200)
        with opened(browser, served.url, size=size) as watch:
            assert watch.page.title() == "devnet · infrastructure reserve"
            assert watch.text("tbody tr:first-child .id") == HOSTILE
            assert HOSTILE in watch.text("tbody tr:first-child .provider")
            assert watch.page.locator("img, main script").count() == 0
            assert watch.overflow() <= 0


def test_everybody_can_read_it(browser: "Browser") -> None:
    alerts = [warned(subject="model-0001", severity=one) for one in ("critical", "high", "medium", "low")]
    with showing(many_models(12), alerts=alerts) as served:
        for size, dark in ((PHONE, False), (PHONE, True), (DESK, False), (DESK, True)):
            with opened(browser, served.url, size=size, dark=dark) as watch:
                assert watch.page.evaluate(CONTRASTS) == []
                assert watch.overflow() <= 0
                table = watch.page.get_by_role("table", name="Models")
                assert table.get_by_role("columnheader").count() == 6
                assert table.get_by_role("rowheader").count() == 12
                assert table.get_by_role("cell").count() == 12 * 5
                assert watch.page.locator("html").get_attribute("lang") == "en"


def test_it_says_when_nobody_answers_any_more(browser: "Browser") -> None:
    with showing(many_models(2), interval_s=1) as served, opened(browser, served.url) as watch:
        assert not watch.page.is_visible("#silence")
        watch.page.route("**/*", lambda route: route.abort())
        watch.page.wait_for_selector("#silence", state="visible", timeout=PATIENCE_MS)
        watch.page.unroute_all()
        watch.page.wait_for_selector("#silence", state="hidden", timeout=PATIENCE_MS)
        watch.complaints.clear()  # the browser itself tells of the requests that were cut off


def test_it_works_without_scripts_and_without_anything_to_show(browser: "Browser") -> None:
    with showing(many_models(3)) as served, opened(browser, served.url, scripts=False) as watch:
        assert "model-0001" in watch.text()

    def fail() -> Sight:
        raise ZeroDivisionError

    with serving(fail, interval_s=0.5) as served, opened(browser, served.url) as watch:
        watch.page.wait_for_selector("text=unforeseen", timeout=PATIENCE_MS)
        assert "Nothing is known yet" in watch.text()
        watch.complaints.clear()  # the browser itself tells of the 503
