"""Pictures and meshes: listed, read, decoded, rendered and drawn by a generator.

Public: `listing.Listing`, `image_folder`, `decoded`, `labels`, `edges`, `overlap` (what two sets
share); `readers` of users' folders and of the real sets, `datasets` (catalogue, download, unpack),
`rendering` (meshes to pictures), `procedural` (shapes from a random generator).

It imports `core` alone. It knows neither tasks nor splits.
"""
