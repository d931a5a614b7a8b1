from django.urls import path
urlpatterns = [path("c/<slug:slug>/", lambda r: None, name="category"), path("p/<slug:slug>/", lambda r: None, name="product")]
