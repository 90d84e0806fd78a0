"""Small files of each kind whose words are known, made by hand."""

import io
import zipfile

OFFICE = {
    "docx": {"word/document.xml": "<w:document xmlns:w='w'><w:p><w:t>{}</w:t></w:p></w:document>"},
    "xlsx": {
        "xl/workbook.xml": "<workbook><sheets><sheet name='Budget'/></sheets></workbook>",
        "xl/sharedStrings.xml": "<sst><si><t>{}</t></si></sst>",
        "xl/worksheets/sheet1.xml": "<x><row><c t='s'><v>0</v></c><c><v>4711</v></c></row></x>",
    },
    "pptx": {"ppt/slides/slide1.xml": "<p:sld xmlns:p='p' xmlns:a='a'><a:p><a:t>{}</a:t></a:p></p:sld>"},
    "odt": {"content.xml": "<o:c xmlns:o='o' xmlns:text='t'><text:p>{}</text:p></o:c>"},
    "ods": {"content.xml": "<o:c xmlns:o='o' xmlns:t='t'><t:table-cell><t:p>{}</t:p></t:table-cell></o:c>"},
}


_LOOKS = "/MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"


def office(kind: str, text: str) -> bytes:
    """A document of one line."""
    return zipped({name: content.replace("{}", text).encode() for name, content in OFFICE[kind].items()})


def zipped(files: dict[str, bytes]) -> bytes:
    """These in a ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def pdf(*pages: str) -> bytes:
    """A PDF with a line of plain letters on each page."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, line in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /Contents {5 + 2 * number} 0 R {_LOOKS} >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    return assembled(objects)


def assembled(objects: list[str]) -> bytes:
    """A PDF of these objects, the catalogue first."""
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1"))
    begin = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010} 00000 n \n".encode() for place in places)
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{begin}\n%%EOF".encode())
    return out.getvalue()
