"""Prints the first numbers of some streams of RandomSource, for RandomSourceTests.swift.

    python random_numbers.py

Follows Blackman and Vigna (xoshiro256**, splitmix64) and Lemire (whole numbers below a bound) in plain integers.
"""

mask = (1 << 64) - 1
golden_ratio = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def rotate(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & mask


class Source:
    def __init__(self, key):
        self.key = key
        self.state = [mix((key + i * golden_ratio) & mask) for i in range(1, 5)]

    def stream(self, purpose, *indices):
        key = 0xCBF29CE484222325 ^ self.key  # FNV-1a
        for byte in purpose.encode():
            key = ((key ^ byte) * 0x100000001B3) & mask
        key = mix(key)
        for index in indices:
            key = mix(key ^ mix(((index & mask) + golden_ratio) & mask))
        return Source(key)

    def next(self):
        s = self.state
        result = (rotate(s[1] * 5 & mask, 7) * 9) & mask
        shifted = (s[1] << 17) & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotate(s[3], 45)
        return result

    def below(self, bound):
        unfair = (2**64 - bound) % bound
        while True:
            product = self.next() * bound
            if product & mask >= unfair:
                return product >> 64


def root(seed):
    return Source(mix((seed + golden_ratio) & mask))


def permutation(source, count):
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = source.below(last + 1)
        order[last], order[other] = order[other], order[last]
    return order


if __name__ == "__main__":
    source = root(42)
    print("seed 42:", [hex(source.next()) for _ in range(4)])
    source = root(42).stream("shuffle", 3, -1)
    print("its stream shuffle, 3, -1:", [hex(source.next()) for _ in range(4)])
    source = root(0)
    print("uniform, seed 0:", [(source.next() >> 40) / 2**24 for _ in range(4)])
    print("permutation, seed 7:", permutation(root(7), 10))
