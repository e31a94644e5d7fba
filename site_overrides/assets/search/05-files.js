/* Which files a query needs before anything is known of it. This part also stands in the script that runs ahead. */

var RUN = /[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+|[a-z0-9]+(?:[./-][a-z0-9]+)*/gu;
var FORM_FILES = 4096; // files of names and of sounds, as generator/namefiles.py and generator/hearing.py have them
var SOUND_FILES = 512;
var PARTICLES = "的了吗呢吧啊么嘛呀们怎哪谁啥咋您你俺咱他些该"; // begin no name
var HEARD = 4; // letters by which sounds are filed
var MOST_NAMES = 32; // files of names that one query asks for
var ENTRY = "pagefind/pagefind-entry.json";
var FRESH = { cache: "no-cache" }; // so that an index of yesterday is not read with today's cards

function fold(text) {
  return text.normalize("NFKC").toLowerCase();
}

function isLatin(run) {
  return /^[a-z0-9]/.test(run);
}

function unique(lists) {
  return Array.from(new Set([].concat.apply([], lists)));
}

// What is looked for: 2024年 stands in records as 2024.
function textOf(query) {
  return fold(query).replace(/(\d{4})\s*年度?/g, "$1 ");
}

// The number of the file in which something is filed under these characters.
function fileOf(start, files) {
  return Array.from(start).reduce(function (number, char) { return (number * 31 + char.codePointAt(0)) % files; }, 0);
}

// The numbers of the files in which the names stand that may begin in a text: names are filed by their first character,
// those in Latin letters by their first word.
function formFiles(text) {
  return unique((text.match(RUN) || []).map(function (run) {
    var starts = isLatin(run) ? [run] : Array.from(run).filter(function (char) { return PARTICLES.indexOf(char) < 0; });
    return starts.map(function (start) { return fileOf(start, FORM_FILES); });
  }));
}

function soundFile(letters) {
  return fileOf(letters.replace(/^~/, "").slice(0, HEARD), SOUND_FILES); // a far sound stands with those it is heard for
}

function namePaths(text) {
  return formFiles(text).slice(0, MOST_NAMES).map(namePath);
}

function namePath(number) {
  return "search/forms/" + number + ".json";
}

// Letters may be pinyin: the files for that are asked for before it is known that they are no word.
function soundPaths(text) {
  return unique((text.match(/[a-z]+(?: +[a-z]+)*/g) || []).map(function (said) {
    return said.split(/ +/).map(function (_, i, parts) { return soundPath(parts.slice(i).join("")); });
  }));
}

function soundPath(letters) {
  return "search/pinyin/" + soundFile(letters) + ".json";
}
