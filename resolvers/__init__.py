"""How a field gets its answer: models in, models out. Nothing in here knows the schema's classes, and every file can be
tried without GraphQL; a schema field names the function in here that answers it."""
