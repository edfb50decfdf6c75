// Fetches the page anew every interval and puts its main part in place; counts the age up in between.
"use strict";
(() => {
  const interval = Math.max(1, Number(document.body.dataset.interval) || 15) * 1000;
  const silence = document.getElementById("silence");

  const ageText = (s) => {
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
    if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
    return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
  };

  let shownAt = Date.now();
  setInterval(() => {
    for (const age of document.querySelectorAll("[data-age]")) {
      age.textContent = ageText(Number(age.dataset.age) + Math.floor((Date.now() - shownAt) / 1000));
    }
  }, 1000);

  const selecting = () => !(document.getSelection() || { isCollapsed: true }).isCollapsed;

  const refresh = async () => {
    if (document.hidden || selecting()) return;
    try {
      const answer = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (!(answer.headers.get("content-type") || "").startsWith("text/html")) throw new Error(String(answer.status));
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      document.querySelector("main").replaceWith(document.adoptNode(next));
      shownAt = Date.now();
      silence.hidden = true;
    } catch {
      silence.hidden = false;
    }
  };
  setInterval(refresh, interval);
  document.addEventListener("visibilitychange", refresh);
})();
