"""A few lines in the columns of Online Retail II, written as CSV."""

from pathlib import Path

HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
LINES = """\
536365,85123a, WHITE  HANGING HEART ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.00,17850.0,United Kingdom
536366,22633,HAND WARMER,4,2010-12-01 08:28:00,1.85,,EIRE
536365,85123A,WHITE HANGING HEART,2,2010-12-01 08:29:00,2.95,17850.0,United Kingdom
536367,85123A,white heart holder,10,2010-12-02 10:00:00,2.55,17850,United Kingdom
536368,22633,,3,2010-12-02 11:00:00,0,17850,United Kingdom
536369,22633,damaged,-3,2010-12-02 12:00:00,0,,United Kingdom
A563186,B,Adjust bad debt,1,2010-12-02 13:00:00,-11062.06,,United Kingdom
C536379,D,Discount,-1,2010-12-02 14:00:00,27.5,17850,United Kingdom
C536383,85123A,WHITE HANGING HEART,-11,2010-12-03 09:49:00,2.55,17850,Unspecified
C536384,85123A,WHITE HANGING HEART,-99,2010-12-03 09:50:00,2.55,17850,United Kingdom
C536385,22633,HAND WARMER,-1,2010-12-03 09:51:00,1.85,,EIRE
536370,gift_0001_20,Voucher,1,2010-12-03 10:00:00,20.00,17850,United Kingdom
536371,M,Manual,1,2010-12-03 10:00:00,5.00,17850,United Kingdom
"""


def write(folder: Path, lines: str = LINES, header: str = HEADER) -> Path:
    """Write the records to a file and give its path."""
    path = folder / "records.csv"
    path.write_text(header + lines, encoding="utf-8")
    return path
