"""`aliexpress.ds.address.get`: a small tree of provinces and cities for a few countries.

Vendor's page: openservice.aliexpress.com, API reference aliexpress.ds.address.get. The province names of US
and BR are complete, because orders to these countries are checked against them; the rest is a sample.
"""

from typing import Any

from integrations.sandbox.answers import missing_parameter, to_json
from integrations.sandbox.emulator import Call, Emulator

_SAMPLES: dict[str, str] = {
    "US": (
        "Alabama;Alaska;Arizona;Arkansas;California:Los Angeles,San Diego,San Francisco,San Jose;"
        "Colorado:Denver;Connecticut;Delaware;District of Columbia:Washington;"
        "Florida:Miami,Orlando,Tampa;Georgia:Atlanta;Hawaii:Honolulu;Idaho;"
        "Illinois:Chicago,Springfield;Indiana;Iowa;Kansas;Kentucky;Louisiana:New Orleans;Maine;"
        "Maryland:Baltimore;Massachusetts:Boston;Michigan:Detroit;Minnesota;Mississippi;Missouri;"
        "Montana;Nebraska;Nevada:Las Vegas;New Hampshire;New Jersey:Newark;New Mexico;"
        "New York:New York,Albany,Buffalo;North Carolina;North Dakota;Ohio;Oklahoma;Oregon:Portland;"
        "Pennsylvania:Philadelphia;Rhode Island;South Carolina;South Dakota;Tennessee:Nashville;"
        "Texas:Austin,Dallas,Houston;Utah;Vermont;Virginia;Washington:Seattle;West Virginia;"
        "Wisconsin;Wyoming"
    ),
    "BR": (
        "Acre;Alagoas;Amapa;Amazonas:Manaus;Bahia:Salvador;Ceara:Fortaleza;Distrito Federal:Brasilia;"
        "Espirito Santo;Goias;Maranhao;Mato Grosso;Mato Grosso do Sul;Minas Gerais:Belo Horizonte;"
        "Para:Belem;Paraiba;Parana:Curitiba;Pernambuco:Recife;Piaui;"
        "Rio de Janeiro:Rio de Janeiro,Niteroi;Rio Grande do Norte;Rio Grande do Sul:Porto Alegre;"
        "Rondonia;Roraima;Santa Catarina:Florianopolis;Sao Paulo:Sao Paulo,Campinas,Santos;Sergipe;"
        "Tocantins"
    ),
    "FR": (
        "Paris:Paris;Rhone:Lyon;Bouches-du-Rhone:Marseille;Gironde:Bordeaux;Nord:Lille;Haute-Garonne:Toulouse;Other"
    ),
    "UK": ("England:London,Manchester,Birmingham;Scotland:Edinburgh,Glasgow;Wales:Cardiff;Northern Ireland:Belfast"),
    "DE": (
        "Berlin:Berlin;Bayern:Munchen,Nurnberg;Hamburg:Hamburg;Hessen:Frankfurt am Main;Sachsen:Leipzig,Dresden;Other"
    ),
    "ES": "Madrid:Madrid;Barcelona:Barcelona;Valencia:Valencia;Sevilla:Sevilla;Other",
    "IT": "Roma:Roma;Milano:Milano;Napoli:Napoli;Torino:Torino;Other",
    "CA": "Alberta:Calgary;British Columbia:Vancouver;Ontario:Toronto,Ottawa;Quebec:Montreal",
    "AU": "New South Wales:Sydney;Victoria:Melbourne;Queensland:Brisbane;Western Australia:Perth",
}


def provinces(country: str) -> frozenset[str]:
    """Province names of a country as the tree spells them; empty for a country outside the sample."""
    text = _SAMPLES.get(country, "")
    return frozenset(entry.partition(":")[0] for entry in text.split(";") if entry)


def address_get(emulator: Emulator, call: Call) -> dict[str, Any]:
    """Answer with the tree of one country; `children` is a JSON text inside the JSON."""
    country = call.params.get("countryCode")
    if not country:
        raise missing_parameter("countryCode")
    if country not in _SAMPLES:
        return {"result": {"ret": False, "code": "500", "msg": "no address data for this country"}}
    children = to_json([_province(entry) for entry in _SAMPLES[country].split(";")]).decode()
    data = {"country": country, "type": "country", "children": children}
    return {"result": {"ret": True, "code": "200", "msg": "success", "data": data}}


def _province(entry: str) -> dict[str, Any]:
    name, _, names = entry.partition(":")
    cities = [{"name": city, "type": "CITY", "hasChildren": False} for city in names.split(",") if city]
    return {"name": name, "type": "PROVINCE", "hasChildren": bool(cities), "children": cities}
