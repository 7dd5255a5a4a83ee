"""Two token streams on one WebSocket: one is cancelled, the other waits for credits until then."""
import json
import os

from wire.websocket import WebSocket

url = os.environ.get("TOKENMILL_URL", "http://127.0.0.1:8080")
key = os.environ.get("TOKENMILL_API_KEY")
socket = WebSocket(f"{url}/v1/stream", ["tokenmill.v1.json"], key)


def say(**message):
    socket.send(json.dumps(message))


whale = {"prompt": "The whale", "maxTokens": 12, "temperature": 0.8, "topP": 0.9, "seed": 1}
say(type="open", id="whale", request=whale, credits=4)
say(type="open", id="endless", request={"prompt": "Call me", "maxTokens": 4000, "ignoreEos": True})
text, is_open = "", {"whale", "endless"}
while is_open:
    message = json.loads(socket.receive())
    if message["type"] == "opened":
        print("opened", message["id"])
    elif message["type"] == "error":
        raise RuntimeError(message["error"])
    elif message["type"] == "cancelled":
        is_open.discard(message["id"])
        print("cancelled", message["id"], "after the whale's", text)
        say(type="credit", id="whale", credits=100)
    elif message["id"] == "endless":
        if message["event"]["index"] == 100:
            say(type="cancel", id="endless")
    else:
        event = message["event"]
        text += event["text"]
        if "finishReason" in event:
            is_open.discard("whale")
            print("The whale" + text, event["finishReason"], event["usage"])
socket.close()
