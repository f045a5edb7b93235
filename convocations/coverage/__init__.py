"""What the regulator publishes of the networks, commune by commune: imported, and shown beside a motive."""
