"""What the rules of single values ask that have no function of their own, in Chinese and English by rule.

Words only; `ruletexts` puts them into the book.
"""

from __future__ import annotations

from collections.abc import Mapping

ASKED: Mapping[str, tuple[str, str]] = {
    "want-integer": (
        "这里要一个整数，只写数字，好排序、好汇总。",
        "A whole number in digits, so that it can be sorted and added up.",
    ),
    "want-number": (
        "这里要一个数，只写数字，单位在数据字典里定好了。",
        "A number in digits; the data dictionary names its unit.",
    ),
    "want-boolean": (
        "这里只答是或不是：是写 true，不是写 false，不知道就空着。",
        "Yes or no: true or false, and nothing when it is not known.",
    ),
    "want-date": (
        "日期写成 2022-07-13，这样哪种语言、哪台电脑都不会看错。",
        "A date is written 2022-07-13, which nobody misreads.",
    ),
    "want-email": (
        "邮箱地址要能直接点开写信。",
        "An e-mail address that can be written to as it stands.",
    ),
    "web-address": (
        "网址要整条，以 http:// 或 https:// 开头，点一下就能打开。",
        "A whole web address with http:// or https://, which opens with one tap.",
    ),
    "want-phone": (
        "电话只写数字和短横线，手机上点一下就能拨。个人手机号不要写。",
        "A telephone in digits and hyphens can be dialled with one tap. No private numbers.",
    ),
    "plain-number": (
        "数字用半角的 0 到 9，不加下划线。",
        "Numbers are written with the digits 0 to 9, without underscores.",
    ),
    "too-short": (
        "太短的文字说不清楚。",
        "Too short a text says too little.",
    ),
    "too-long": (
        "太长的文字在手机上看不完，细节写到正文里。",
        "Too long a text is not read on a telephone; details belong in the body.",
    ),
    "too-small": (
        "这个数比允许的小，多半是写错了位数或单位。",
        "The number is below what is allowed; most likely a digit or a unit went wrong.",
    ),
    "too-large-number": (
        "这个数比允许的大，多半是写错了位数或单位。",
        "The number is above what is allowed; most likely a digit or a unit went wrong.",
    ),
    "not-in-list": (
        "这一项只能从几个词里选，这样才能按它筛选。",
        "One of a few words, so that people can filter by it.",
    ),
    "pattern": (
        "这一项有固定的写法，数据字典里有例子。",
        "This field is written in a fixed way; the data dictionary has an example.",
    ),
    "constraint": (
        "不符合数据字典里对这一项的规定。",
        "The value breaks what the data dictionary says of the field.",
    ),
    "unknown-term": (
        "这一项要用词表里的词，代码、名称、别名都行。词表里没有的词，搜索和分类都用不上。",
        "A word of the vocabulary: its code, title or another name. Search and lists know no other words.",
    ),
    "ambiguous-term": (
        "这个名字不止一个地方或一样东西在用，要写明是哪一个，比如加上省市，或者写代码。",
        "Several terms bear this name. Say which one, with what stands above it or by its code.",
    ),
    "date-no-day": (
        "要写到日的字段，不能只写年月。不要用 1 日代替：看的人会当真。",
        "A field for a whole day takes no month alone. Do not put the 1st in its place; people would believe it.",
    ),
    "date-serial": (
        "表格软件把日期存成一个数，44755 就是 2022-07-13。换算过来多半没错，可是有两种算法，要请人看一眼。",
        "Spreadsheets keep dates as numbers; 44755 is 2022-07-13. There are two ways of counting, so "
        "somebody has to look.",
    ),
    "date-open": (
        "“至今”“长期”不是日子。日期只写知道的那一天。",
        "“Until now” is no day. Write the one day that is known.",
    ),
    "date-range": (
        "日期只能写一天。一段时间写开始的那天，起止写到正文里。",
        "A date is one day. Of a span write the first, and say the rest in the text.",
    ),
    "date-about": (
        "“约”“上旬”“年初”没法排序。知道到哪一级就写到哪一级。",
        "“About” and “early in the year” cannot be sorted. Write as much of the date as is known.",
    ),
    "date-unclear": (
        "有的日期能读成两天：7/8/2022 是七月还是八月，2022.1 是一月还是丢了 0 的十月。不猜，请写的人说。",
        "Some dates are two: 7/8/2022, or 2022.1, which may be an October that lost its zero. They are asked "
        "for, not guessed.",
    ),
    "date-short-year": (
        "年份写四位，22 可能是年，也可能是日。",
        "A year has four digits; 22 may be a year or a day.",
    ),
    "date-no-such-day": (
        "日历上没有这一天，例如二月三十日，多半是打错了。",
        "The calendar has no such day, as with the 30th of February; most likely a slip.",
    ),
    "digits-lost": (
        "1.38E+10 是表格软件把长数字缩写了，后几位已经没有了，谁也补不回来。",
        "1.38E+10 is how a spreadsheet shortens a long number. The last digits are gone, and nobody can "
        "bring them back.",
    ),
    "number-about": (
        "数字要能相加、比较。“约”“余”“以上”写到正文里。",
        "Numbers are added up and compared. “About” and “more than” belong in the text.",
    ),
    "number-unit": (
        "只写数字。单位、“万”、百分号要先换算好，不然 3 万会变成 3。",
        "Digits only. Units, ten-thousands and per cent are reckoned first; otherwise thirty thousand becomes three.",
    ),
    "number-range": (
        "一个范围不是一个数。选一个写，范围写到正文里。",
        "A range is not one number. Choose one and put the range in the text.",
    ),
    "phone-several": (
        "每个号码单独写全，手机上才能点一下就拨。",
        "Each number is written in full by itself, so that it can be dialled with one tap.",
    ),
    "phone-words": (
        "电话一项只写号码。联系人的姓名不公开。",
        "The telephone field holds the number only. Names of persons are not published.",
    ),
    "phone-lost-zero": (
        "当成数字存过的座机会丢掉区号开头的 0，拨不通。补上前请核对。",
        "A landline that was kept as a number lost the 0 of its area code and cannot be dialled. Check "
        "before putting it back.",
    ),
    "address-scheme": (
        "没有 https:// 的网址点不开；是 http 还是 https，要打开看了才知道。",
        "Without https:// an address does not open; whether it is http or https only a browser can tell.",
    ),
    "address-words": (
        "网址一项只写网址，说明写到标题或正文里。",
        "The address field holds the address only; words belong in the title or the text.",
    ),
    "address-space": (
        "网址中间没有空格。断开的网址点不开。",
        "An address has no blanks in it. A broken one does not open.",
    ),
    "address-local": (
        "自己电脑里的路径，别人打不开。",
        "A path on one's own machine opens for nobody else.",
    ),
    "address-several": (
        "这一项只写一个网址。",
        "This field takes one address.",
    ),
    "email-words": (
        "邮箱一项只写地址，要能直接点开写信。",
        "The e-mail field holds the address only, so that it can be written to.",
    ),
    "email-several": (
        "这一项只写一个邮箱，最好是单位公用的。",
        "This field takes one e-mail address, best that of the office.",
    ),
    "empty-required": (
        "必须填的项不能用“无”“不详”代替。",
        "A required field cannot be filled in with “none” or “unknown”.",
    ),
    "ditto": (
        "每条记录单独成一页，“同上”在那里什么也指不到。",
        "Every record is a page of its own, on which “ditto” points to nothing.",
    ),
    "term-several": (
        "这一项只能写一个词。",
        "This field takes one term.",
    ),
    "list-unknown": (
        "几个词写在一起时，要每个都在词表里才能分开。有认不出的，先改它。",
        "Several words in one item are told apart only if the vocabulary has them all. Correct the unknown one first.",
    ),
    "code-and-name": (
        "代码和名字说的不是同一个地方，不知道哪个对。",
        "Code and name mean different things, and nobody knows which is right.",
    ),
    "code-digits": (
        "代码的位数不对。缺的是开头的 0 还是末尾的一位，要请写的人看。",
        "The code has the wrong number of digits. Whether a zero is missing in front or a digit at the end, its "
        "author has to say.",
    ),
}
READ_AS: Mapping[str, tuple[str, str]] = {
    "read-as-date": (
        "看得懂的日期照读：2022年7月13日、2022/7/13、20220713。读成了哪一天会写出来，请看一眼。",
        "Dates that can only mean one day are read: 2022年7月13日, 2022/7/13, 20220713. What each was read "
        "as is said, for you to see.",
    ),
    "read-as-width": (
        "数字、日期、电话、网址里的全角字符和看不见的字符，会按半角读。文章里的不动。",
        "Full-width and invisible characters in numbers, dates, telephones and addresses are read as plain "
        "ones. Prose is left alone.",
    ),
    "read-as-number": (
        "1,200 和 35.0 照读成 1200 和 35。",
        "1,200 and 35.0 are read as 1200 and 35.",
    ),
    "read-as-boolean": (
        "是、有、√、Y 读作 true，否、无、×、N 读作 false。",
        "是, 有, √ and Y are read as true, 否, 无, × and N as false.",
    ),
    "read-as-phone": (
        "电话里的括号、点、“转”字和表格软件加的 .0 会去掉，号码不变。",
        "Brackets, dots, words for extensions and a spreadsheet's .0 are taken out of telephones; the number stays.",
    ),
    "read-as-address": (
        "网址外面的书名号、引号和“网址：”会去掉。",
        "Brackets, quotes and labels around a web address are taken off.",
    ),
    "read-as-email": (
        "邮箱里的空格、外面的括号和“邮箱：”会去掉。",
        "Blanks within an e-mail address, and brackets and labels around it, are taken off.",
    ),
    "read-as-code": (
        "表格软件会吃掉代码开头的 0、加上 .0。补上以后词表里正好有这一个，才这样读。",
        "Spreadsheets eat leading zeros and add .0. A code is mended only if the vocabulary has exactly that one.",
    ),
    "read-as-id": (
        "别的记录的编号，大写改成小写，去掉文件夹和 .yml 再读。有没有这条记录另外查。",
        "The id of another record is read in small letters, without folder and .yml. Whether there is such a record "
        "is asked elsewhere.",
    ),
    "read-as-term": (
        "词里的空格、书名号、末尾的“等”会去掉，省市县连写的会找到那个县。",
        "Blanks, brackets and a final 等 are dropped from a term, and a county after its province is found.",
    ),
    "read-as-list": (
        "“水稻、小麦”写在一项里，每个都认得，就分成几项。",
        "Several known words in one item, such as 水稻、小麦, are read as several.",
    ),
    "read-as-empty": (
        "“无”“不详”“—”读作没有填。不知道就是不知道，页面上会照实说。",
        "“None”, “unknown” and dashes are read as not filled in. What is unknown is shown as unknown.",
    ),
}
