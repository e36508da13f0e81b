"""What several tasks share: collections of pictures, and the base classes of their tasks.

Public: `collection_task.CollectionTask`, `views.ViewsTask` (angles), `attributes.AttributeTask`,
`products.ProductTask`, `mixtures`, and in `objects` the kinds that are shown.

It imports `contracts`, `data` and what is below. It knows neither training nor scoring.
"""
