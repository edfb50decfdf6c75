"""Files of invoices: what is read, and the one sentence about what cannot be."""

from datetime import date
from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address

from hokctl.config.file_errors import UnreadableFileError
from hokctl.config.invoice_files.airdrop_file import AirdropMeaning
from hokctl.config.invoice_files.errors import InvoiceFileError
from hokctl.config.invoice_files.reading import (
    InvoiceFormat,
    InvoiceFormatError,
    parse_invoice_format,
    read_invoices,
    read_one_invoice,
)
from hokctl.config.invoice_files.written import MAX_CHARACTERS, MAX_FILE_BYTES, MAX_LINES
from hokctl.domain.invoices import HashMethod
from hokctl.domain.units import ModelId
from hokctl.errors import HokctlError

pytestmark = pytest.mark.unit

HEADER = "number,provider,model,amount"
ALL = f"{HEADER},currency,period_start,period_end,due,document,hash,memo"
TOKEN = to_checksum_address("0x" + "05" * 20)
RECEIVER = to_checksum_address("0x" + "a1" * 20)
MEANING = AirdropMeaning(model=ModelId("21"), number_prefix="2024-01")
JSON_LINE = '"lines": [{"model": "21", "amount": "5"}]'
FULL_CSV = f'{ALL}\nA,together,21,1.5,USD,2024-01-01,2024-01-31,2024-02-15,a.pdf,document,"In, for ""21"""\n'
FULL_TOML = """
number = "A"
provider = "together"
currency = "USD"
period_start = 2024-01-01
period_end = 2024-01-31
due = 2024-02-15
document = "a.pdf"
hash = "document"
memo = 'In, for "21"'
[[lines]]
model = "21"
amount = "1.5"
"""
FULL_JSON = """{"invoices": [{"number": "A", "provider": "together", "currency": "USD", "period_start": "2024-01-01",
 "period_end": "2024-01-31", "due": "2024-02-15", "document": "a.pdf", "hash": "document", "memo": "In, for \\"21\\"",
 "lines": [{"model": "21", "amount": "1.5"}]}]}"""


def write(directory: Path, name: str, content: str | bytes) -> Path:
    path = directory / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path: Path, format_: InvoiceFormat | None = None, airdrop: AirdropMeaning | None = None) -> str:
    with pytest.raises(HokctlError) as caught:
        read_invoices(path, format_, airdrop=airdrop)
    return caught.value.message.replace(str(path), path.name)


@pytest.mark.parametrize(("name", "text"), [("a.csv", FULL_CSV), ("a.toml", FULL_TOML), ("a.json", FULL_JSON)])
def test_every_format_says_the_same(tmp_path: Path, name: str, text: str) -> None:
    (invoice,) = read_invoices(write(tmp_path, name, text))

    assert (invoice.number, invoice.provider, invoice.currency) == ("A", "together", "USD")
    assert (invoice.period_start, invoice.period_end) == (date(2024, 1, 1), date(2024, 1, 31))
    assert (invoice.due, invoice.memo) == (date(2024, 2, 15), 'In, for "21"')
    assert (invoice.document, invoice.hash_method) == (tmp_path / "a.pdf", HashMethod.DOCUMENT)
    assert [(line.model, line.amount) for line in invoice.lines] == [("21", "1.5")]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + HEADER + "\r\nA,together,21,5\r\nB,together,22,6\r\n",
        f"{HEADER}\n\n,,,\nA,together,21,5\n\nB,together,22,6",
        '"number","provider","model","amount"\n"A","together","21","5"\n"B","together","22","6"\n',
        f"{HEADER}\rA,together,21,5\rB,together,22,6\r",
        "amount,model,number,provider,due\n5,21,A,together,\n6,22,B,together,\n",
    ],
)
def test_csv_comes_as_spreadsheets_write_it(tmp_path: Path, content: str) -> None:
    found = read_invoices(write(tmp_path, "a.csv", content))

    assert [(one.number, one.provider, one.lines[0].model, one.lines[0].amount) for one in found] == [
        ("A", "together", "21", "5"),
        ("B", "together", "22", "6"),
    ]


def test_rows_of_one_provider_and_number_are_one_invoice(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", f"{HEADER}\nA,together,21,5\nA,aws,21,1\nA,together,22,6\n")
    first, second = read_invoices(path)

    assert [(line.model, line.amount) for line in first.lines] == [("21", "5"), ("22", "6")]
    assert (first.place, first.lines[1].place) == (f"{path}, lines 2 and 4", f"{path}, line 4, column amount")
    assert (second.provider, second.place) == ("aws", f"{path}, line 3")


def test_toml_and_json_hold_many_invoices_with_many_lines(tmp_path: Path) -> None:
    toml = write(
        tmp_path,
        "a.toml",
        '[[invoices]]\nnumber = "A"\n[[invoices.lines]]\nmodel = "21"\namount = "1"\n'
        '[[invoices.lines]]\nmodel = "22"\namount = "2"\n[[invoices]]\nnumber = "B"\n'
        '[[invoices.lines]]\nmodel = "21"\namount = "3"\n',
    )
    json = write(tmp_path, "b.json", f'{{"number": "A", {JSON_LINE}}}')

    assert [(one.number, len(one.lines), one.provider) for one in read_invoices(toml)] == [
        ("A", 2, None),
        ("B", 1, None),
    ]
    assert read_invoices(toml)[1].lines[0].place == f"{toml}, invoices[1].lines[0].amount"
    assert read_one_invoice(json).lines[0].amount == "5"
    with pytest.raises(InvoiceFileError, match="it has 2 invoices, and one is wanted"):
        read_one_invoice(toml)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "a.csv: it is empty."),
        (f"{HEADER}\n", "a.csv: it has a header and nothing else."),
        ("number;provider;model;amount\nA;t;21;5\n", "a.csv, line 1: its cells are separated by semicolons."),
        ("number\tprovider\nA\tt\n", "a.csv, line 1: its cells are separated by tabs."),
        (f"{HEADER},note\nA,t,21,5,x\n", "a.csv, line 1: 'note' is no column that hokctl knows."),
        (f"{HEADER},amount\nA,t,21,5,5\n", "a.csv, line 1: the column `amount` stands twice."),
        ("number,provider\nA,t\n", "a.csv, line 1: the columns `model`, `amount` are missing."),
        (f"{HEADER}\nA,t,21\n", "a.csv, line 2: it has 3 cells, not 4."),
        (f"{HEADER}\nA,t,21,1,000\n", "a.csv, line 2: it has 5 cells, not 4."),
        (f"{HEADER}\nA,,21,5\n", "a.csv, line 2, column provider: it is empty."),
        (f'{HEADER}\n"A,t,21,5\n', "a.csv, line 2: a quoted cell that begins here never ends."),
        (f'{HEADER}\n"A"x,t,21,5\n', "a.csv, line 2: after a quoted cell stands something else than a comma."),
        (f'{HEADER}\n"A\nB",t,21,5\n', "a.csv, line 2, column number: it has characters that cannot be printed."),
        (f'{HEADER}\n"x\ny",t,21,5\n,,\n', "a.csv, line 2, column number: it has characters that cannot be printed."),
        (f"{HEADER}\nA,t,21,{'9' * 1001}\n", "a.csv, line 2, column amount: it is longer than 1000 characters."),
        (f"{HEADER}\nA,t,2 1,5\n", "a.csv, line 2, column model: '2 1' is not a model id"),
        (f"{HEADER},due\nA,t,21,5,15.2.2024\n", "a.csv, line 2, column due: '15.2.2024' is not a date."),
        (f"{HEADER},due\nA,t,21,5,20240215\n", "a.csv, line 2, column due: '20240215' is not a date."),
        (f"{HEADER},hash\nA,t,21,5,sha1\n", "a.csv, line 2, column hash: 'sha1' is no way to make an invoice's hash."),
        (f"{HEADER},hash\nA,t,21,5,document\n", "a.csv, line 2, column hash: it is `document`, but no document is"),
        (
            f"{HEADER},memo\nA,t,21,5,x\nA,t,22,5,y\n",
            "a.csv, line 3, column memo: it differs from line 2, which is of the same invoice 'A'.",
        ),
        (HEADER.encode("utf-16"), "a.csv, line 1, column 1: it is not UTF-8 text."),
        (f"{HEADER}\nA,t,21,5\n".encode() + b"\xff", "a.csv, line 3, column 1: it is not UTF-8 text."),
        (f"{HEADER}\nA,t,21,\x005\n", "a.csv, line 2, column 8: it holds a zero byte."),
        (b"x" * (MAX_FILE_BYTES + 1), "a.csv: it is larger than 5 MiB."),
        (HEADER + "\nA,t,21,5" * (MAX_LINES + 1), "a.csv: it has more than 10,000 rows."),
        ("token_address,receiver,amount\n,,\n", "a.csv: it has the columns of the Safe app CSV Airdrop"),
    ],
)
def test_a_csv_file_is_refused_with_line_and_column(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    assert refusal(write(tmp_path, "a.csv", content)).startswith(sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "a.json, line 1, column 1: it is not valid JSON (expecting value)."),
        ("[]", "a.json: it is no JSON object."),
        ('{"number": "A",}', "a.json, line 1, column 16: it is not valid JSON"),
        (f'{{"number": 5, {JSON_LINE}}}', "a.json, number: is not a text."),
        ('{"number": "A", "lines": [{"model": "21", "amount": 5.5}]}', "a.json, lines[0].amount: is not a text."),
        ('{"number": "A", "lines": [{"model": "21", "amount": NaN}]}', "a.json, lines[0].amount: is not a text."),
        (f'{{"number": "A", "lines": [{{"model": 21, "amount": {"9" * 9999}}}]}}', "a.json, lines[0].model: is not a"),
        ('{"number": "A", "lines": []}', "a.json, lines: is empty."),
        ('{"invoices": []}', "a.json, invoices: is empty."),
        (f'{{"number": "A", "number": "B", {JSON_LINE}}}', "a.json: the key 'number' of invoice 'A' stands twice in"),
        (f'{{"nummer": "A", {JSON_LINE}}}', "a.json, nummer: is not a key hokctl knows."),
        (f'{{"invoices": [{{"number": "A", {JSON_LINE}}}], "x": "y"}}', "a.json, x: is not a key hokctl knows."),
        ("[" * 100_000, "a.json: it nests far deeper than an invoice does."),
        ('{"a":' * 50 + "1" + "}" * 50, "a.json, a: it nests far deeper than an invoice does."),
        (f'{{"number": "A\\u0000", {JSON_LINE}}}', "a.json, number: it has characters that cannot be printed."),
        (f'{{"memo": "\\ud800", "number": "A", {JSON_LINE}}}', "a.json, memo: it has characters that cannot be"),
        (f'{{"n\\u001b[2J": "A", {JSON_LINE}}}', "a.json, a key: it has characters that cannot be printed."),
        (f'{{"number": "A", "due": "31.1.2024", {JSON_LINE}}}', "a.json, due: is wrong: '31.1.2024' is not a date."),
        (f'{{"number": "A", "hash": "document", {JSON_LINE}}}', 'a.json, hash: is "document", but no document is nam'),
        (f'{{"number": "A", "memo": "{"x" * (MAX_CHARACTERS + 1)}", {JSON_LINE}}}', "a.json, memo: it is longer than"),
    ],
)
def test_a_json_file_is_refused_with_its_key(tmp_path: Path, content: str, sentence: str) -> None:
    assert refusal(write(tmp_path, "a.json", content)).startswith(sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("number =", "a.toml: it is not valid TOML: Invalid value (at end of document)."),
        ('number = "A"\n[[lines]]\nmodel = "21"\namount = 5.5\n', "a.toml, lines[0].amount: is not a text."),
        ('number = "A"\ndue = 2024-01-31T00:00:00Z\n[[lines]]\n', "a.toml, due: has a time of day, and 2 more are wro"),
        (f"number = {'9' * 9999}", "a.toml: a number in it is too long, or it nests too deep."),
        ("a = " + "[" * 50_000, "a.toml: it nests far deeper than an invoice does."),
        ("a = " + "{a = " * 50_000, "a.toml: it nests far deeper than an invoice does."),
        (".".join("a" * 5_000) + " = 1", "a.toml, a: it nests far deeper than an invoice does."),
        (
            '[[invoices]]\nnumber = "A"\n[[invoices.lines]]\nmodel = "21"\n',
            "a.toml, invoices[0].lines[0].amount: is mi",
        ),
    ],
)
def test_a_toml_file_is_refused_with_its_key(tmp_path: Path, content: str, sentence: str) -> None:
    assert refusal(write(tmp_path, "a.toml", content)).startswith(sentence)


@pytest.mark.parametrize(
    "content",
    [
        f"token_type,token_address,receiver,amount,id\nerc20,{TOKEN},{RECEIVER},0.5,\n,{TOKEN},gno:{RECEIVER},1,\n",
        f"token_address,receiver,amount\n{TOKEN},{RECEIVER},0.5\n{TOKEN},gno:{RECEIVER},1\n",
        f"token_address,receiver,value,decimals\n{TOKEN},{RECEIVER},0.5,6\n{TOKEN},gno:{RECEIVER},1,6\n",
    ],
)
def test_each_transfer_of_csv_airdrop_is_an_invoice(tmp_path: Path, content: str) -> None:
    first, second = read_invoices(write(tmp_path, "a.csv", content), airdrop=MEANING)

    assert (first.number, second.number) == ("2024-01-1", "2024-01-2")
    assert (first.provider, second.provider) == (RECEIVER, f"gno:{RECEIVER}")
    assert [(line.model, line.amount) for line in first.lines] == [("21", "0.5")]
    assert first.token is not None
    assert first.token.address == TOKEN


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (f"native,,{RECEIVER},1,", "a.csv, line 2, column token_type: 'native' is no token that the reserve holds."),
        (f"nft,{TOKEN},{RECEIVER},,42", "a.csv, line 2, column token_type: 'nft' is no token that the reserve holds."),
        (f"erc20,,{RECEIVER},1,", "a.csv, line 2, column token_address: it is empty, which means native currency."),
        (f"erc20,{TOKEN},{RECEIVER},1,42", "a.csv, line 2, column id: an id belongs to an NFT."),
        (f"erc20,{TOKEN},{RECEIVER},,", "a.csv, line 2, column amount: it is empty."),
        (f"erc20,{TOKEN},,1,", "a.csv, line 2, column receiver: it is empty."),
    ],
)
def test_a_transfer_that_the_reserve_cannot_make_is_refused(tmp_path: Path, row: str, sentence: str) -> None:
    path = write(tmp_path, "a.csv", f"token_type,token_address,receiver,amount,id\n{row}\n")

    assert refusal(path, airdrop=MEANING) == sentence


def test_a_format_goes_before_the_name_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "export.txt", f"{HEADER}\nA,together,21,5\n")

    assert read_invoices(path, InvoiceFormat.CSV)[0].number == "A"
    with pytest.raises(InvoiceFormatError, match=r"export\.txt does not end in \.toml, \.json or \.csv"):
        read_invoices(path)
    with pytest.raises(InvoiceFormatError, match="'xlsx' is no format"):
        parse_invoice_format("xlsx")


def test_what_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UnreadableFileError, match="The invoice file"):
            read_invoices(path, InvoiceFormat.CSV)
