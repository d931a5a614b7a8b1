FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# What WeasyPrint draws invoices with.
RUN apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    fonts-dejavu-core && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY manage.py Procfile ./
COPY integrations integrations
COPY catalog catalog
COPY fulfillment fulfillment
COPY shop shop
COPY locale locale
COPY templates templates
COPY static static

# The shop writes below /data only: pictures, collected static files and, without PostgreSQL, its databases.
RUN useradd --system --uid 1000 --create-home shop && mkdir /data && chown shop /data
ENV VAR_DIR=/data DEBUG=false
VOLUME /data
USER shop

EXPOSE 8000
CMD ["gunicorn", "shop.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--keep-alive", "20"]
