# SPDX-License-Identifier: GPL-3.0-or-later
"""t-SNE by the others on the points of bench_tsne, for bench_tsne to judge.

    python3 tsne_peers.py METHOD COUNT POINTS LAYOUT [STEPS] [SEED]

METHOD: opentsne (FFT), opentsne-bh, fitsne (FITSNE names the folder with fast_tsne.py) or sklearn. Each with its
own defaults: PCA initialisation, perplexity 30, 250 exaggerated steps; STEPS in all, its own default without.
OPENTSNE may name a folder with openTSNE built in place. THREADS threads (2). Prints seconds on the wall and of the
processors, children included; LAYOUT: float32 [COUNT, 2].
"""
import os
import resource
import sys
import time

import numpy as np


def main():
    method, count, points, layout = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    steps = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    seed = int(sys.argv[6]) if len(sys.argv) > 6 else 1
    threads = int(os.environ.get("THREADS", 2))
    x = np.fromfile(points, dtype=np.float32).reshape(count, 128)
    if method.startswith("opentsne"):
        sys.path.insert(0, os.environ.get("OPENTSNE", "."))
        from openTSNE import TSNE
        options = {"n_iter": steps - 250} if steps else {}
        negative = "bh" if method.endswith("bh") else "fft"
        start = time.perf_counter()
        y = TSNE(perplexity=30, n_jobs=threads, random_state=seed, negative_gradient_method=negative, **options).fit(x)
    elif method == "fitsne":
        sys.path.insert(0, os.environ.get("FITSNE", "."))
        from fast_tsne import fast_tsne
        options = {"max_iter": steps} if steps else {}
        start = time.perf_counter()
        y = fast_tsne(x, perplexity=30, nthreads=threads, seed=seed, **options)
    else:
        from sklearn.manifold import TSNE
        options = {"n_iter": steps} if steps else {}
        start = time.perf_counter()
        y = TSNE(
            perplexity=30, init="pca", learning_rate="auto", n_jobs=threads, random_state=seed, **options
        ).fit_transform(x)
    used = sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{method} {count} steps {steps or 'by default'}: {time.perf_counter() - start:.2f} s, {used:.2f} s of the processors")
    np.asarray(y, dtype=np.float32).tofile(layout)


main()
