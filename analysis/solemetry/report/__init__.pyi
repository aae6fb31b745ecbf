# SPDX-License-Identifier: Apache-2.0
from .among_people import Stood as Stood
from .lab_table import lab_table as lab_table
from .lab_table import write_lab_table as write_lab_table
from .layout import Page as Page
from .layout import Part as Part
from .layout import Picture as Picture
from .layout import Row as Row
from .layout import Table as Table
from .layout import as_html as as_html
from .layout import as_picture as as_picture
from .layout import write_page as write_page
from .page import write_report as write_report
