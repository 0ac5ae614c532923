import type { ReactNode } from "react";

/** The panel's icons: 24-unit strokes in the text's colour, silent to screen readers. */
function icon(path: ReactNode) {
  // biome-ignore lint/correctness/noComponentHookFactories: runs once for each icon, when the module loads
  return function Icon({ size = 20 }: { size?: number | string }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {path}
      </svg>
    );
  };
}

export const HomeIcon = icon(<path d="M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z" />);
export const ChatIcon = icon(
  <path d="M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z" />,
);
export const FlowIcon = icon(<path d="M4 4h8v5H4zM12 15h8v5h-8zM8 9v4a4 4 0 0 0 4 4M16 15V6.500h-4" />);
export const ShopIcon = icon(
  <path d="M4 10v9a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-9M3 9l2-5h14l2 5a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0zM10 20v-5h4v5" />,
);
export const PhoneIcon = icon(
  <path d="M8 2.500h8a1.500 1.500 0 0 1 1.500 1.500v16a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 20V4A1.500 1.500 0 0 1 8 2.500zM11 18.500h2" />,
);
export const LinkIcon = icon(
  <path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700L12 17" />,
);
export const CloudIcon = icon(
  <path d="M7 18a4 4 0 0 1-.5-8 5.500 5.500 0 0 1 10.600-1.500A4.700 4.700 0 0 1 17 18z" />,
);
export const PauseIcon = icon(<path d="M9 5v14M15 5v14" />);
export const PlayIcon = icon(<path d="M7 5l12 7-12 7z" />);
export const SendIcon = icon(<path d="M4 12l16-8-5 16-3.500-6.500zM11.500 13.500L20 4" />);
export const BackIcon = icon(<path d="M15 5l-7 7 7 7" />);
export const DownIcon = icon(<path d="M6 9l6 6 6-6" />);
export const RightIcon = icon(<path d="M5 12h14M13 6l6 6-6 6" />);
export const CopyIcon = icon(<path d="M9 9h11v11H9zM15 9V4H4v11h5" />);
export const CheckIcon = icon(<path d="M5 13l4.500 4.500L19 7" />);
export const WarningIcon = icon(<path d="M12 4l9 16H3zM12 10v4M12 17v.200" />);
export const InfoIcon = icon(<path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8v.200" />);
export const UploadIcon = icon(<path d="M12 16V5M7 9l5-5 5 5M5 16v3a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-3" />);
export const DownloadIcon = icon(<path d="M12 4v11M7 11l5 5 5-5M5 19h14" />);
export const GlobeIcon = icon(
  <path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18" />,
);
export const MoonIcon = icon(<path d="M20 14a8 8 0 0 1-10-10 8 8 0 1 0 10 10z" />);
export const SunIcon = icon(
  <path d="M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600 17.600L19 19M19 5l-1.400 1.400M6.400 17.600L5 19" />,
);
export const ExitIcon = icon(<path d="M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h10M16 8l4 4-4 4" />);
export const UserIcon = icon(<path d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c1-4 4-6 8-6s7 2 8 6" />);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const UnlinkIcon = icon(
  <path d="M15.500 13.500l3-3a4 4 0 0 0-5.700-5.700L11 6.500M8.500 10.500l-3 3a4 4 0 0 0 5.700 5.700L13 17.500M8 3v3M3 8h3M16 21v-3M21 16h-3" />,
);
export const KeyIcon = icon(<path d="M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 12l9-9M16 7l3 3" />);
export const ScanIcon = icon(
  <path d="M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16" />,
);
export const BoltIcon = icon(<path d="M13 3L5 14h6l-1 7 8-11h-6z" />);
export const GearIcon = icon(
  <path d="M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3v3M12 18v3M3 12h3M18 12h3M5.600 5.600l2.100 2.100M16.300 16.300l2.100 2.100M18.400 5.600l-2.100 2.100M7.700 16.300l-2.100 2.100" />,
);
