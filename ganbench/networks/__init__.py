"""Networks by family, their losses, and what models share of them.

Public: `builder.NetworkBuilder`, `blocks.DiscriminatorOutput`, `losses`, `image_pool.ImagePool`,
`latents`, and the families `images`, `points`, `tokens`, `attributes`, `residual`, `stylegan2` and
`unet`.

It imports `core` alone: no data, no model, no training.
"""
