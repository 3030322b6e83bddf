"""The project's pages: none."""

urlpatterns: list[object] = []
