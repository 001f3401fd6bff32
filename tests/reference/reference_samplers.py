# SPDX-License-Identifier: GPL-3.0-or-later
"""k-diffusion's samplers alone, for the scripts that make goldens: the package itself imports training code."""
import pathlib
import site
import sys
import types

package = types.ModuleType('k_diffusion')
package.__path__ = [str(pathlib.Path(p) / 'k_diffusion') for p in site.getsitepackages()]
sys.modules['k_diffusion'] = package
utils = types.ModuleType('k_diffusion.utils')
utils.append_dims = lambda x, n: x[(...,) + (None,) * (n - x.ndim)]
sys.modules['k_diffusion.utils'] = package.utils = utils

from k_diffusion import external, sampling  # noqa: E402, F401
