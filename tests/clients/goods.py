"""What both clients buy from the small catalogue of the emulator's own tests, and where it goes."""

MAT = 1005006000000101
SAGE_ID = "12000040000010101"
SAGE = "14:193#Sage;5:100014064"
STANDARD = "CAINIAO_FULFILLMENT_STD"
ADDRESS = {
    "contact_person": "John Doe",
    "full_name": "John Doe",
    "country": "US",
    "province": "New York",
    "city": "New York",
    "address": "123 Main St",
    "zip": "10001",
    "phone_country": "+1",
    "mobile_no": "2125550123",
}
ITEM = {"product_id": MAT, "product_count": 2, "sku_attr": SAGE, "logistics_service_name": STANDARD}
PAYMENT = {"payment": {"try_to_pay": "true", "pay_currency": "USD"}}
