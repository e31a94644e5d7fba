/* Start. */

// ── Start ──

form.addEventListener("submit", function (event) {
  event.preventDefault();
  var query = input.value.trim();
  if (!query) {
    turn += 1;
    reset();
    tell(word("ask"));
    input.focus();
    return;
  }
  history.pushState(null, "", address(query, {}));
  go();
});
window.addEventListener("popstate", go);
input.setAttribute("type", "text"); // a search field may not be a combobox; the form says that it searches
["focus", "input"].forEach(function (name) {
  input.addEventListener(name, function () { later().catch(report); }, { once: true });
});
go().then(later).catch(report);
