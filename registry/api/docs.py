"""The interactive documentation at /docs, with the browser's part (Swagger UI, Apache-2.0) served from here: no CDN is asked."""

from importlib import resources

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from registry.api.safety import policy_of_docs

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def docs() -> HTMLResponse:
    """Show the interactive documentation."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Character registry",
        swagger_js_url="/static/swagger-ui-bundle.js",
        swagger_css_url="/static/swagger-ui.css",
        swagger_favicon_url="data:,",
    )
    page.headers["content-security-policy"] = policy_of_docs(bytes(page.body))
    return page


def add_docs(app: FastAPI) -> None:
    """Serve the documentation and its assets."""
    app.include_router(router)
    folder = str(resources.files("registry.api").joinpath("static"))
    app.mount("/static", StaticFiles(directory=folder), name="static")
