"""Every figure Slack sets on Block Kit, in characters (code points), items or bytes."""

# Where Slack's pages and the newest published limits disagree the newer, larger figure is kept and the older one named:
# refusing what Slack accepts would make the local workspace lie in the direction that costs a feature.

# Surfaces
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
VIEW_TITLE = VIEW_SUBMIT = VIEW_CLOSE = 24
PRIVATE_METADATA = 3000
ID = 255  # action_id, block_id, callback_id, external_id
URL = 3000
TABLES_PER_MESSAGE = 1
CHARTS_PER_MESSAGE = 2
MARKDOWN_TOTAL = 12_000  # of all markdown blocks of one message together

# Composition objects
TEXT = 3000
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
OPTION_TEXT = OPTION_DESCRIPTION = OPTION_GROUP_LABEL = 75
OPTION_VALUE = 150
OPTIONS = OPTION_GROUPS = 100
PLACEHOLDER = 150

# Elements
BUTTON_TEXT = ACCESSIBILITY_LABEL = 75
BUTTON_VALUE = 2000
AGENT_PROMPT = 4000
OVERFLOW_OPTIONS = 5
CHOICE_OPTIONS = 10  # checkboxes, radio_buttons
VISIBLE_TO_USERS = 10
INPUT_LENGTH = 3000  # plain_text_input min_length and max_length
INPUT_FILES = 10
INPUT_LINES = 100
TRIGGERS = 2
UNIX_SECONDS_MIN = 1_000_000_000  # initial_date_time has ten digits
UNIX_SECONDS_MAX = 9_999_999_999

# Blocks
SECTION_TEXT = 3000
SECTION_FIELDS = 10
SECTION_FIELD = 2000
HEADER_TEXT = 150
HEADER_LEVEL = 4
CONTEXT_ELEMENTS = 10
ACTIONS_ELEMENTS = 25
CONTEXT_ACTIONS_ELEMENTS = 5
INPUT_LABEL = INPUT_HINT = 2000
ALT_TEXT = IMAGE_TITLE = 2000
MARKDOWN_TEXT = 12_000
VIDEO_TITLE = VIDEO_DESCRIPTION = 200
VIDEO_AUTHOR = VIDEO_PROVIDER = 50
VIDEO_LINK = 2000  # title_url, provider_icon_url
ALERT_TEXT = 200
CARD_TITLE = CARD_SUBTITLE = 150
CARD_BODY = CARD_SUBTEXT = 200
CARD_ACTIONS = 3  # 2 on older pages
CAROUSEL_CARDS = 10
CONTAINER_TITLE = CONTAINER_SUBTITLE = 150
CONTAINER_CHILDREN = 10
PLAN_TASKS = 50
LAYOUT_LABEL = 150
LAYOUT_ROWS = 5
PROVIDER_VALUE = PROVIDER_DESCRIPTION = 150
PROVIDER_NAME = 75
RICH_TEXT_INDENT = 8

# Tables
TABLE_ROWS = 100
TABLE_COLUMNS = 20
DATA_TABLE_ROWS_MIN = 2
DATA_TABLE_ROWS = 201  # 101 on older pages
DATA_TABLE_TEXT = 20_000  # of one table, and of all of a message together; 10,000 on older pages
PAGE_SIZE = 100

# Charts
CHART_TITLE = 50
CHART_PARTS = 12  # series or segments; 6 on older pages
CHART_POINTS = 20  # points of a series, categories of an axis
CHART_LABEL = 20
AXIS_LABEL = 50
