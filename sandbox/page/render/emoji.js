// Emoji shortcodes and the characters they stand for.

const TABLE = `
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|heavy_multiplication_x ✖️
warning ⚠️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|rotating_light 🚨|bangbang ‼️|exclamation ❗|heavy_exclamation_mark ❗|question ❓
grey_question ❔|information_source ℹ️|hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|timer_clock ⏲️|alarm_clock ⏰|clock1 🕐|clock3 🕒
clock9 🕘|mantelpiece_clock 🕰️|calendar 📆|date 📅|spiral_calendar_pad 🗓️|rocket 🚀|moneybag 💰|dollar 💵|euro 💶|pound 💷|yen 💴|money_with_wings 💸
credit_card 💳|receipt 🧾|coin 🪙|chart 💹|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|abacus 🧮
large_green_circle 🟢|large_yellow_circle 🟡|large_orange_circle 🟠|red_circle 🔴|large_blue_circle 🔵|large_red_circle 🔴|large_purple_circle 🟣
large_brown_circle 🟤|white_circle ⚪|black_circle ⚫|large_green_square 🟩|large_yellow_square 🟨|large_red_square 🟥|large_blue_square 🟦
white_large_square ⬜|black_large_square ⬛|small_blue_diamond 🔹|small_orange_diamond 🔸|large_blue_diamond 🔷|large_orange_diamond 🔶
small_red_triangle 🔺|small_red_triangle_down 🔻|arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_upper_right ↗️|arrow_lower_right ↘️
arrow_up_small 🔼|arrow_down_small 🔽|leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|arrows_counterclockwise 🔄|repeat 🔁
heavy_plus_sign ➕|heavy_minus_sign ➖|heavy_division_sign ➗|1234 🔢|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|keycap_ten 🔟
fire 🔥|boom 💥|zap ⚡|sparkles ✨|star ⭐|star2 🌟|tada 🎉|confetti_ball 🎊|balloon 🎈|gift 🎁|trophy 🏆|medal 🏅|dart 🎯|100 💯|checkered_flag 🏁
triangular_flag_on_post 🚩|construction 🚧|hammer 🔨|hammer_and_wrench 🛠️|wrench 🔧|gear ⚙️|nut_and_bolt 🔩|toolbox 🧰|magnet 🧲|bricks 🧱
lock 🔒|unlock 🔓|closed_lock_with_key 🔐|key 🔑|shield 🛡️|mag 🔍|mag_right 🔎|bulb 💡|electric_plug 🔌|battery 🔋|satellite 🛰️|satellite_antenna 📡
computer 💻|desktop_computer 🖥️|keyboard ⌨️|floppy_disk 💾|cd 💿|file_cabinet 🗄️|file_folder 📁|open_file_folder 📂|package 📦|inbox_tray 📥|outbox_tray 📤
memo 📝|pencil ✏️|pencil2 ✏️|clipboard 📋|page_facing_up 📄|page_with_curl 📃|scroll 📜|newspaper 📰|books 📚|book 📖|green_book 📗|bookmark 🔖|label 🏷️
link 🔗|paperclip 📎|pushpin 📌|round_pushpin 📍|scissors ✂️|wastebasket 🗑️|bell 🔔|no_bell 🔕|loudspeaker 📢|mega 📣|speech_balloon 💬|thought_balloon 💭
email ✉️|envelope ✉️|telephone_receiver 📞|ticket 🎫|robot_face 🤖|brain 🧠|eyes 👀|eye 👁️|ghost 👻|alien 👽|space_invader 👾|cloud ☁️|sunny ☀️|rainbow 🌈
snowflake ❄️|ice_cube 🧊|thermometer 🌡️|droplet 💧|ocean 🌊|umbrella ☔|seedling 🌱|evergreen_tree 🌲|herb 🌿|four_leaf_clover 🍀|cactus 🌵
wave 👋|raised_hand ✋|hand ✋|raised_hands 🙌|clap 👏|pray 🙏|handshake 🤝|muscle 💪|+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|v ✌️
point_right 👉|point_left 👈|point_up ☝️|point_down 👇|crossed_fingers 🤞|call_me_hand 🤙|fist 👊|writing_hand ✍️|bow 🙇|shrug 🤷|facepalm 🤦
smile 😄|smiley 😃|grinning 😀|grin 😁|joy 😂|slightly_smiling_face 🙂|wink 😉|blush 😊|sunglasses 😎|thinking_face 🤔|neutral_face 😐|sob 😭|cry 😢
sweat_smile 😅|scream 😱|exploding_head 🤯|sleeping 😴|zzz 💤|partying_face 🥳|heart ❤️|green_heart 💚|blue_heart 💙|yellow_heart 💛|broken_heart 💔
coffee ☕|beer 🍺|pizza 🍕|cake 🍰|turtle 🐢|rabbit2 🐇|snail 🐌|bug 🐛|whale 🐳|elephant 🐘|llama 🦙|unicorn_face 🦄|dog 🐶|cat 🐱
globe_with_meridians 🌐|earth_americas 🌎|earth_africa 🌍|earth_asia 🌏|world_map 🗺️|house 🏠|office 🏢|factory 🏭|hospital 🏥|bank 🏦
busts_in_silhouette 👥|bust_in_silhouette 👤|technologist 🧑‍💻|police_car 🚓|fire_engine 🚒|airplane ✈️|ship 🚢|truck 🚚|bike 🚲|scales ⚖️|balance_scale ⚖️
test_tube 🧪|microscope 🔬|telescope 🔭|dna 🧬|atom_symbol ⚛️|infinity ♾️|recycle ♻️|new 🆕|free 🆓|ok 🆗|sos 🆘|up 🆙|cool 🆒|back 🔙|soon 🔜|end 🔚
play_or_pause_button ⏯️|arrow_forward ▶️|double_vertical_bar ⏸️|black_square_for_stop ⏹️|fast_forward ⏩|rewind ⏪|radio_button 🔘|crystal_ball 🔮
`;

const EMOJI = new Map(
  TABLE.trim()
    .split(/[|\n]/)
    .map((pair) => pair.trim().split(" ")),
);

export const SHORTCODE = /:([a-z0-9_+-]+)(?:::?skin-tone-[2-6])?:/g;

/** The character of a shortcode, or undefined when this page does not know it. */
export function emoji(name) {
  return EMOJI.get(name);
}

/** The text with every shortcode it knows turned into its character. */
export function withEmoji(text) {
  return text.replace(SHORTCODE, (whole, name) => EMOJI.get(name) ?? whole);
}
