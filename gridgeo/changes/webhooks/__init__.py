"""Webhooks: services that are told of each transaction of the change feed, at least once and in order, signed.

What is to be told is the feed itself, and how far each was told stands with it (`store`). `letters` makes of a transaction what is sent,
`delivery` sees to it that everybody is told; how a letter is signed and sent is the business of `gridgeo.letters`.
"""
