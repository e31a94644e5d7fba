/* Asks for what a query needs whatever it means, before the script is there that reads it. */

// ── Ahead ──
// Each answer waits under its path for the first who asks. A line that takes half a second to answer has this half
// second while the script comes.

var asked = (new URLSearchParams(location.search).get("q") || "").trim();
var begun = window.kezhuAhead = {};

function begin(path, options) {
  begun[path] = fetch(new URL(path, document.baseURI).href, options);
  begun[path].catch(function () {}); // who asks for it is told
}

if (asked && !window.kezhuSearch) {
  begin(ENTRY, FRESH);
  namePaths(textOf(asked)).concat(soundPaths(textOf(asked))).forEach(function (path) { begin(path); });
}
if (!asked) import(new URL(LATER, document.baseURI).href).catch(function () {}); // somebody is about to type
