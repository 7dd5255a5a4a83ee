"""A stream of server-sent events that is cut off, and continued on a new connection."""
import json
import os
from urllib.request import Request, urlopen

url = os.environ.get("TOKENMILL_URL", "http://127.0.0.1:8080")
key = os.environ.get("TOKENMILL_API_KEY")
body = json.dumps({"prompt": "The whale", "max_tokens": 12, "temperature": 0.8, "top_p": 0.9, "stream": True}).encode()


def events(last_id=None):
    """(id, data) of each event behind `last_id`. The body must be the same, to the byte."""
    headers = {"content-type": "application/json"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    if last_id:
        headers["last-event-id"] = last_id
    with urlopen(Request(f"{url}/v1/completions", body, headers)) as answer:
        event_id = None
        for line in answer:
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            if name == "id":
                event_id = value
            elif name == "data" and value != "[DONE]":
                yield event_id, json.loads(value)


def choice(data):
    return data["choices"][0]


got = []
for event_id, data in events():
    got.append(choice(data)["text"])
    if len(got) == 5:
        break  # closes the connection
for _, data in events(event_id):
    got.append(choice(data)["text"])
print(len(got), choice(data)["finish_reason"])

# without a seed in the body, the server's draw is in the id: what follows is the rest of the same stream
again = [choice(data)["text"] for _, data in events(event_id)]
print("".join(again) == "".join(got[5:]))
