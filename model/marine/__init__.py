"""The sample classifier: draws its pictures, trains on them, exports a SavedModel."""
