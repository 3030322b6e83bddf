# expect: LS006
# target: attribute_raises:lazy.app
class Lazy:
    @property
    def app(self):
        raise LookupError("settings are not configured")


lazy = Lazy()
