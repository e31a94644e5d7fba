/* Start. */

// ── Start ──

if (form) {
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
}
window.addEventListener("popstate", go);
go();
