"""Who signs in, and how it is proven: password, second factor, passkey, the company's provider."""
