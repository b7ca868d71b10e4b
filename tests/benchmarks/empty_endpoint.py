"""What `/check` is compared with: a FastAPI endpoint with a Pydantic body and a response model that does nothing."""

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Question(BaseModel):
    """The same request body as a check has."""

    prompt: str


class Answer(BaseModel):
    """A small answer."""

    outcome: str
    revision: int


app = FastAPI()


@app.post("/v1/check")
async def nothing(question: Question) -> Answer:
    """Answer at once."""
    return Answer(outcome="allowed", revision=len(question.prompt))


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
