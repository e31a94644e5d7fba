"""What the rules without a function of their own ask: files, tables, ids, shapes and single values.

A paragraph in Chinese and one in English each, for the list of rules and for the guides. Importing this module puts
them into the book of rules. The words of the messages are in the catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping

from generator.model import Severity
from generator.rulebook import declare
from generator.ruletexts_cells import ASKED, READ_AS


def _declare(stage: str, severity: Severity, about: Mapping[str, tuple[str, str]]) -> None:
    for rule_id, (zh, en) in about.items():
        declare(rule_id, stage, zh, en, severity)


_declare(
    "file",
    "error",
    {
        "symlink": (
            "记录要是真正的文件。链接指向的东西别人那里没有，也可能指到目录外面去。",
            "A record is a file of its own. What a link points to is not there for others, and may lie outside "
            "the catalogue.",
        ),
        "too-large": (
            "一条记录只有几 KB。特别大的文件多半混进了图片或附件，读它会拖慢所有人。",
            "A record has a few kilobytes. A huge file most likely carries pictures or attachments, and slows "
            "everybody down.",
        ),
        "not-text": (
            "记录是文字文件或者 .xlsx 表格。把 Excel、Word、PDF 文件的后缀改成 .csv 或 .yml，里面还是原来的东西。",
            "A record is a text file, or a row of an .xlsx workbook. Renaming a workbook, a letter or a PDF does "
            "not change what is inside.",
        ),
        "encoding": (
            "文字要用 UTF-8 保存。GBK、GB18030 和 Excel 的“Unicode 文本”也认得；认不出来的不猜，猜错了就是乱码。",
            "Text is saved as UTF-8. GBK, GB18030 and the “Unicode text” of Excel are known as well; what is "
            "not known is not guessed at, since a wrong guess is gibberish.",
        ),
        "mixed-encoding": (
            "一个文件只能用一种文字编码。把一个 GBK 文件和一个 UTF-8 文件接在一起，总有一半会变成乱码。",
            "A file is written in one encoding. Where a GBK file and a UTF-8 file were joined, one half would "
            "turn into gibberish.",
        ),
        "lost-characters": (
            "“�”和“锟斤拷”是转换文件时字丢了留下的记号。丢了的字只能照原件重新打。",
            "“�” and “锟斤拷” are what is left when a conversion loses characters. They have to be typed "
            "anew from the original.",
        ),
        "garbled": (
            "“锛氭补鑼”这样的字，是 UTF-8 的文件当成别的编码打开、又存了一遍。看着像字，其实谁也读不懂。",
            "Strings such as “锛氭补鑼” come from a UTF-8 file that was opened in another encoding and saved "
            "again. They look like characters and mean nothing.",
        ),
        "control-character": (
            "文字里不能有看不见的控制字符。它们多半是从网页、PDF 或手机通讯录复制带来的，会让号码拨不通、搜索找不到。",
            "Text holds no invisible control characters. They come along from web pages, PDFs or address books, "
            "break telephone numbers and hide words from the search.",
        ),
        "empty-file": (
            "文件里什么也没有。写上内容，或者把它删掉。",
            "There is nothing in the file. Fill it in or delete it.",
        ),
        "unknown-type": (
            "记录要放在类别的文件夹里，或者写在叫这个类别名字的表里。类别由 catalogue/schemas 里的文件定。",
            "Records lie in the folder of their type, or in a table of its name. The types are the files of "
            "catalogue/schemas.",
        ),
        "unknown-file": (
            "类别的文件夹里只放 .yml 记录，一条一个文件，文件名就是编号。别的文件没有人会看到。",
            "A type's folder holds .yml records only, one a file, named by the id. Nobody would ever see "
            "anything else.",
        ),
        "workbook-kind": (
            "表格要存成 .xlsx。.xls、.et 这些旧格式要先另存一次。",
            "Workbooks are .xlsx. Older kinds such as .xls and .et have to be saved anew.",
        ),
        "no-such-sheet": (
            "工作簿里要有一张叫这个名字的工作表。",
            "The workbook needs a sheet of that name.",
        ),
        "yaml-syntax": (
            "YAML 文件每行写“字段名: 内容”，同一层对齐，列表每项前面加“- ”。读不下去的地方往往错在上一行。",
            "A YAML file has “name: text” on each line, aligned by level, and “- ” before each item. Where "
            "reading stops, the mistake is often in the line above.",
        ),
        "yaml-tab": (
            "行首只能用空格，每一层两个。Tab 键在每台电脑上宽窄不同，YAML 不认它。",
            "Lines are indented with spaces, two for each level. A tab is as wide as every editor likes, and "
            "YAML refuses it.",
        ),
        "yaml-wide-space": (
            "行首和冒号后面要用英文空格。中文输入法打出的全角空格、网页带来的空格看着一样，电脑不认。",
            "Indents, and the blank after a colon, are plain spaces. Full-width spaces and those of web pages "
            "look the same and are not.",
        ),
        "yaml-wide-colon": (
            "字段名后面要用英文冒号。中文冒号“：”在这里只是文字，这一行就不成字段了。",
            "A field's name is followed by a plain colon. The Chinese colon is text, and the line no field.",
        ),
        "yaml-colon-space": (
            "字段名的冒号后面要空一格，不然整行是一段文字，这个字段就没有了。",
            "A space follows the colon of a field. Without it the line is text and the field is lost.",
        ),
        "yaml-dash": (
            "列表的每一项以英文短横线和一个空格开头。少了空格，或者用“•”“－”，几项会连成一段文字。",
            "A list item begins with a hyphen and a space. Without the space, or with another bullet, the items "
            "run together into one text.",
        ),
        "yaml-wide-comma": (
            "方括号、花括号里的各项用英文逗号隔开。中文逗号和顿号是文字，几项会变成一大项。",
            "Items in brackets are separated by plain commas. Chinese commas are text, and make one item of several.",
        ),
        "yaml-unclosed": (
            "引号和括号要成对。少了另一半，后面的行都会被算进来。",
            "Quotes and brackets come in pairs. Where one is missing, it swallows the lines below.",
        ),
        "yaml-cut-off": (
            "空格后面的“#”在 YAML 里是备注的开头，后面的字会悄悄丢掉。要写“#”，整段加引号；要写备注，“#”后面空一格。",
            "A “#” after a space begins a remark in YAML, and what follows is dropped in silence. Quote a text "
            "with “#” in it; put a space behind the “#” of a remark.",
        ),
        "yaml-no-field": (
            "每一行都要说明是哪个字段。一句话单独成行，又没有字段名，就不知道放在哪里。",
            "Every line says which field it is. A sentence on a line of its own, without a name, has nowhere to go.",
        ),
        "yaml-documents": (
            "一个文件写一条记录。“---”会另起一份，后面的内容没有人会看到。",
            "A file holds one record. A “---” begins another document, which nobody would see.",
        ),
        "yaml-indent": (
            "YAML 靠对齐分清层次：同一层的字段名上下对齐，下一层多两个空格。",
            "YAML knows levels by their alignment: names of one level stand one below the other, the next level "
            "two spaces further in.",
        ),
        "yaml-list-after-text": (
            "字段后面已经写了文字，下一行的“- ”就成了文字的一部分。要么写一段文字，要么写列表。",
            "Where text follows a field's colon, a “- ” in the next line becomes part of it. Write either text "
            "or a list.",
        ),
        "yaml-quote": (
            "文字里有“: ”，或者开头是 * @ % 这些符号时，YAML 会当成别的意思。两头加上引号，就是普通文字。",
            "Text with “: ” in it, or beginning with a sign such as * @ %, means something else to YAML. In "
            "quotes it is plain text.",
        ),
        "yaml-tag": (
            "感叹号开头的类型标记可以让读文件的程序去做事，来路不明的文件里不能有。",
            "Tags that begin with an exclamation mark can make programs do things; a file from a stranger may "
            "not hold any.",
        ),
        "yaml-anchor": (
            "“&”“*”是引用别处内容的写法，几行就能展开成几亿行。照写一遍最清楚。",
            "“&” and “*” refer to other parts of a file, and a few lines can unfold into millions. Write things out.",
        ),
        "yaml-key": (
            "字段名只能是一个词，不能是列表或者一组内容。",
            "A field's name is one word, no list and no group.",
        ),
        "not-a-mapping": (
            "一条记录由“字段名: 内容”组成。只有一段话或者一个列表的文件，不知道哪句是什么。",
            "A record is made of “name: text”. In a file with only prose or a list nobody knows what is what.",
        ),
        "duplicate-key": (
            "同一个字段写两遍，只会留下一个，另一个悄悄丢了。",
            "A field that is written twice would keep one text and lose the other in silence.",
        ),
        "too-deep": (
            "一条记录两三层就够了。层次太深的文件会让程序崩溃，多半是少了右括号。",
            "Two or three levels are enough for a record. Deeper files can crash programs; most likely a closing "
            "bracket is missing.",
        ),
    },
)
_declare(
    "file",
    "warning",
    {
        "read-as-encoding": (
            "不是 UTF-8 的文件，认得出来就照样读，可是总有万一，请看一眼有没有读错的字。下次存成 UTF-8。",
            "A file in another known encoding is read all the same, but have a look whether every character came "
            "out right. Save it as UTF-8 next time.",
        ),
    },
)
_declare(
    "table",
    "error",
    {
        "csv-quote": (
            "CSV 里的英文双引号要成对。缺一个，后面许多行会连成一格。",
            "Double quotes in CSV come in pairs. Where one is missing, the rows below run into one cell.",
        ),
        "missing-id-column": (
            "表里要有“编号”一列。编号就是这条记录的网址，以后不能改。",
            "A table needs a column with ids. The id is the record's address for good.",
        ),
        "missing-column": (
            "必须填的字段，表里要有这一列。少了整列，每一行都会报一次错，所以只说一遍。",
            "A field that must be filled in needs its column. Said once for the table instead of once a row.",
        ),
        "duplicate-column": (
            "同一列出现两次，不知道该用哪一列。",
            "Where a column stands twice, nobody knows which one counts.",
        ),
        "unknown-column": (
            "列名可以是字段名，也可以是它的中文或英文名称。别的列没有地方放。",
            "A column is headed by a field's name or its title in either language. There is no place for other "
            "columns.",
        ),
        "no-heading": (
            "有内容的列都要有列名，不然不知道写的是什么。",
            "Every column with something in it has a heading; otherwise nobody knows what it says.",
        ),
        "cell-count": (
            "每一行的格数要和表头一样多。多一个或少一个英文逗号，后面的内容就全错位了。",
            "Every row has as many cells as the heading row. One comma more or less shifts everything behind it.",
        ),
        "object-cell": (
            "分项的内容写在一格里时，各项用“|”隔开，顺序和数据字典一样。段数多了，就不知道哪段是什么。",
            "A group in one cell is written in the order of the data dictionary with “|” between its parts. "
            "With too many parts nobody knows which is which.",
        ),
        "merged-cells": (
            "合并的单元格只有左上角有内容，其余读出来是空的。取消合并，每一行都写全。",
            "Of merged cells only the first holds anything. Unmerge them and fill in every row.",
        ),
    },
)
_declare(
    "table",
    "note",
    {
        "title-row": (
            "表头上面的大标题会跳过去，从列名那一行读起。",
            "A big title above the headings is skipped; reading begins at the row with the headings.",
        ),
    },
)
_declare(
    "id",
    "error",
    {
        "bad-id-empty": (
            "每条记录都要有编号。编号是它的网址，别的记录也靠编号找到它。",
            "Every record has an id. It is the record's address, and others point to it.",
        ),
        "bad-id-long": (
            "编号最多 64 个字符。太长的网址在微信里会断开。",
            "An id has at most 64 characters. Longer addresses break in messages.",
        ),
        "bad-id-digits": (
            "编号不能只有数字，不然分不清是编号还是电话、代码；表格软件还会改动它。",
            "An id is not digits alone: it would look like a telephone or a code, and spreadsheets would change it.",
        ),
        "bad-id-kept": (
            "有几个名字系统自己要用，或者 Windows 不让当文件名。",
            "Some names are kept for the pages themselves, or Windows does not allow them as file names.",
        ),
        "bad-id-form": (
            "编号只用小写字母、数字和短横线，在哪里打开都不会变成乱码。",
            "An id is small letters, digits and hyphens, so that it stays the same everywhere.",
        ),
    },
)
_declare(
    "shape",
    "error",
    {
        "required": (
            "数据字典里标明必填的项要写上。没有名称的记录没有人找得到。",
            "What the data dictionary calls required must be there. Nobody finds a record without a title.",
        ),
        "unknown-key": (
            "只能写数据字典里有的字段。别的字段页面上不会显示，写了也白写。",
            "Only the fields of the data dictionary are shown; anything else would be written for nobody.",
        ),
        "want-text": (
            "这一项是一段文字，不分层。",
            "This field is a text, without levels.",
        ),
        "want-one": (
            "这一项只能写一个，不能写列表。",
            "This field takes one value and no list.",
        ),
        "want-object": (
            "这一项要分成几小项写，各有名字。",
            "This field has parts with names of their own.",
        ),
        "too-short-list": (
            "列表的项数不够。",
            "The list has fewer items than it should.",
        ),
        "too-long-list": (
            "列表的项数太多。只留最要紧的，看的人才看得完。",
            "The list has more items than it should. Keep those that matter, and people will read them.",
        ),
    },
)
_declare(
    "across",
    "warning",
    {
        "unused-acceptance": (
            "这一行接受过一个提醒，可是那个提醒已经没有了，可以删掉。留着会让人以为还有问题。",
            "This line accepts a warning that is no longer given, and can be deleted.",
        ),
    },
)

_declare("cell", "error", ASKED)
_declare("cell", "note", READ_AS)
