"""What several tasks share: collections of pictures, and tasks that stand on them.

Public: `collection_task.CollectionTask`, `views.ViewsTask` (angles), `attributes.AttributeTask`,
`products.ProductTask`, `mixtures`, and in `objects` the kinds that are shown.

It imports `contracts`, `data` and what is below. It knows neither training nor scoring.
"""
