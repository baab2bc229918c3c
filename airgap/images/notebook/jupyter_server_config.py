c = get_config()  # noqa: F821 (Jupyter defines it)
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.open_browser = False
c.FileContentsManager.delete_to_trash = False
