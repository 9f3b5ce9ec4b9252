"""Time as the language sees it: instants in milliseconds UTC, local days,
calendar windows and durations (LANGUAGE sections 2, 4).

A local day is written as its number of days since 1970-01-01. Nothing here is
clever: a day's first instant is looked for, not assumed to be midnight.
"""
import functools
import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

DAY_MS = 86400000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
LAST_MS = 253402300799999  # 9999-12-31T23:59:59.999Z

MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august",
          "september", "october", "november", "december"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# How many months each calendar window has, and whether it follows the fiscal year.
MONTH_WINDOWS = {"month": (1, False), "quarter": (3, False), "half": (6, False), "year": (12, False),
                 "fiscal_quarter": (3, True), "fiscal_half": (6, True), "fiscal_year": (12, True)}
PERS = ["day", "week"] + list(MONTH_WINDOWS)


def day_number(year, month, day):
    """Days since 1970-01-01 of a Gregorian date, for any year."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def civil(number):
    """The inverse of day_number: (year, month, day)."""
    number += 719468
    era = number // 146097
    of_era = number - era * 146097
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + (3 if shifted < 10 else -9)
    return year + era * 400 + (month <= 2), month, day


def month_length(year, month):
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return day_number(following[0], following[1], 1) - day_number(year, month, 1)


def add_months(number, months):
    """The same day of the month that many months later, clamped to its end."""
    year, month, day = civil(number)
    index = year * 12 + month - 1 + months
    year, month = index // 12, index % 12 + 1
    return day_number(year, month, min(day, month_length(year, month)))


def date_text(number):
    return "%04d-%02d-%02d" % civil(number)


class Zone:
    """A time zone: an IANA name, `UTC`, or a fixed offset such as +09:00."""

    def __init__(self, name):
        self.name = name
        self.offsets = {}     # what is known already: they are asked for again and again
        self.day_starts = {}
        fixed = re.fullmatch(r"([+-])(\d\d):(\d\d)", name)
        self.fixed = None
        self.zone = None
        if name in ("UTC", "Z"):
            self.fixed = 0
        elif fixed:
            minutes = int(fixed[2]) * 60 + int(fixed[3])
            self.fixed = (-minutes if fixed[1] == "-" else minutes) * 60000
        else:
            self.zone = ZoneInfo(name)

    def offset(self, instant):
        """Local time minus UTC at an instant, in milliseconds."""
        if self.fixed is not None:
            return self.fixed
        seconds = instant // 1000
        if seconds not in self.offsets:
            within = max(min(seconds, LAST_MS // 1000 - 2 * 86400), -LAST_MS // 8000)
            local = (EPOCH + timedelta(seconds=within)).astimezone(self.zone)
            self.offsets[seconds] = round(local.utcoffset().total_seconds() * 1000)
        return self.offsets[seconds]


@functools.lru_cache(maxsize=None)
def zone_named(name):
    return Zone(name)


class Window:
    """A half open span of instants [start, end), and its first local day."""

    def __init__(self, start, end, first_day):
        self.start = start
        self.end = end
        self.first_day = first_day

    def holds(self, instant):
        return self.start <= instant < self.end


class Duration:
    """`30d 2w 3mo 1y` are calendar lengths; `720h 90m 45s` exact ones."""

    def __init__(self, text):
        match = re.fullmatch(r"(\d+)(d|w|mo|y|h|m|s)", text)
        if not match:
            raise ValueError("not a duration: %r" % text)
        self.number = int(match[1])
        self.unit = match[2]
        self.exact = self.unit in ("h", "m", "s")

    def milliseconds(self):
        return self.number * {"h": 3600000, "m": 60000, "s": 1000}[self.unit]


class Calendar:
    """The program's zone, closing day, fiscal year and week."""

    def __init__(self, zone="UTC", month_closes=31, fiscal_year="january", week="monday"):
        self.zone = zone_named(zone)
        self.month_closes = month_closes
        self.fiscal_month = MONTHS.index(fiscal_year)
        self.week_start = WEEKDAYS.index(week)
        self.known = {}

    def local_date(self, instant):
        """The date that a clock on the wall shows."""
        return (instant + self.zone.offset(instant)) // DAY_MS

    def day_start(self, day):
        """The first instant whose local date is that day or later."""
        starts = self.zone.day_starts
        if day not in starts:
            starts[day] = self._find_day_start(day)
        return starts[day]

    def _find_day_start(self, day):
        midnight = day * DAY_MS
        if self.zone.fixed is not None:
            return midnight - self.zone.fixed
        # Offsets lie within +-16 hours, and no zone ever changed twice in 4 hours.
        step = 4 * 3600000
        left = midnight - 16 * 3600000
        while left < midnight + 16 * 3600000:
            right = left + step
            change = self._change_between(left, right)
            for start, end in ((left, change), (change, right)):
                candidate = max(start, midnight - self.zone.offset(start))
                if candidate < end:
                    return candidate
            left = right
        raise AssertionError("a day without a start")

    def _change_between(self, left, right):
        """The first instant in (left, right] with the offset of `right`."""
        low, high = left, right
        if self.zone.offset(left) == self.zone.offset(right):
            return right
        while high - low > 1000:
            middle = (low + high) // 2000 * 1000
            if self.zone.offset(middle) == self.zone.offset(left):
                low = middle
            else:
                high = middle
        return high

    def local_day(self, instant):
        """The day whose span [day_start(d), day_start(d + 1)) holds the instant."""
        day = self.local_date(instant)
        while self.day_start(day + 1) <= instant:
            day += 1
        while self.day_start(day) > instant:
            day -= 1
        return day

    # -- calendar windows ---------------------------------------------------

    def close_day(self, month_index):
        """The closing day of a month (year * 12 + month - 1), clamped to it."""
        year, month = month_index // 12, month_index % 12 + 1
        return day_number(year, month, min(self.month_closes, month_length(year, month)))

    def window(self, per, instant):
        """The calendar window of kind `per` that holds the instant."""
        window = self.known.get((per, instant))
        if window is None:
            day = self.local_day(instant)
            if (per, day, "day") not in self.known:
                self.known[per, day, "day"] = self._window_of(per, day)
            window = self.known[per, instant] = self.known[per, day, "day"]
        return window

    def _window_of(self, per, day):
        if per == "day":
            first, past = day, day + 1
        elif per == "week":
            first = day - ((day + 3) % 7 - self.week_start) % 7  # day 0 was a Thursday
            past = first + 7
        else:
            months, fiscal = MONTH_WINDOWS[per]
            year, month, _ = civil(day)
            index = year * 12 + month - 1
            if day > self.close_day(index):
                index += 1
            origin = self.fiscal_month if fiscal else 0
            index = (index - origin) // months * months + origin
            first = self.close_day(index - 1) + 1
            past = self.close_day(index + months - 1) + 1
        return Window(self.day_start(first), self.day_start(past), first)

    def windows(self, per, first_instant, last_instant):
        """All windows from the one that holds first_instant, while they start
        no later than last_instant."""
        window = self.window(per, first_instant)
        while window.start <= last_instant:
            yield window
            window = self.window(per, window.end)

    # -- durations ------------------------------------------------------------

    def end_of(self, duration, instant):
        """Where a duration that starts at the instant ends (exclusive)."""
        if duration.exact:
            return instant + duration.milliseconds()
        day = self.local_day(instant)
        if duration.unit in ("d", "w"):
            last = day + duration.number * (7 if duration.unit == "w" else 1)
        else:
            last = add_months(day, duration.number * (12 if duration.unit == "y" else 1))
        return self.day_start(last + 1)

    def before(self, duration, instant):
        """`before: 7d` goes back by local days; exact lengths exactly."""
        if duration.exact:
            return instant - duration.milliseconds()
        day = self.local_day(instant)
        if duration.unit in ("d", "w"):
            earlier = day - duration.number * (7 if duration.unit == "w" else 1)
        else:
            earlier = add_months(day, -duration.number * (12 if duration.unit == "y" else 1))
        return self.day_start(earlier) + (instant - self.day_start(day))

    # -- texts ------------------------------------------------------------------

    def read_date(self, text):
        """A plain date as its day number."""
        match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
        if not match:
            raise ValueError("not a date: %r" % text)
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        if not (1 <= month <= 12 and 1 <= day <= month_length(year, month)):
            raise ValueError("no such date: %r" % text)
        return day_number(year, month, day)

    def read_time(self, text):
        """RFC 3339, a date (its first instant in the zone) or Unix seconds."""
        if re.fullmatch(r"-?\d+", text):
            instant = int(text) * 1000
        elif re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            instant = self.day_start(self.read_date(text))
        else:
            match = re.fullmatch(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?"
                                 r"(?:([Zz])|([+-])(\d\d):(\d\d))", text)
            if not match:
                raise ValueError("not a time: %r" % text)
            hour, minute, second = int(match[2]), int(match[3]), int(match[4])
            if hour > 23 or minute > 59 or second > 59:
                raise ValueError("no such time: %r" % text)
            instant = self.read_date(match[1]) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000
            instant += int((match[5] or "0")[:3].ljust(3, "0"))
            if not match[6]:
                if int(match[8]) > 23 or int(match[9]) > 59:
                    raise ValueError("no such offset: %r" % text)
                shift = (int(match[8]) * 60 + int(match[9])) * 60000
                instant -= shift if match[7] == "+" else -shift
        if not 0 <= instant <= LAST_MS:
            raise ValueError("not within the years 1970 to 9999: %r" % text)
        return instant

    def write_time(self, instant):
        offset = self.zone.offset(instant)
        local = instant + offset
        second = local % DAY_MS // 1000
        text = "%sT%02d:%02d:%02d" % (date_text(local // DAY_MS), second // 3600, second // 60 % 60, second % 60)
        if local % 1000:
            text += ".%03d" % (local % 1000)
        if offset == 0 and self.zone.name in ("UTC", "Z"):
            return text + "Z"
        minutes = abs(offset) // 60000
        return text + "%s%02d:%02d" % ("-" if offset < 0 else "+", minutes // 60, minutes % 60)
