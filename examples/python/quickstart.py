import os
from pathlib import Path

import libksef

ksef = libksef.Environment.custom(os.environ["KSEF_URL"])
client = libksef.Client(ksef, nip="5265877635", token=os.environ["KSEF_TOKEN"])
with client.open_online_session("FA (3)") as session:
    outcome = session.send(Path("invoice.xml"))
if isinstance(outcome, libksef.Accepted):
    print(outcome.ksef_number)
